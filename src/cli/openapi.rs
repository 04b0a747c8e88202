//! `ironstride openapi`: the API's document, for clients and for generating their types.

use super::error::CliError;
use crate::web;
use clap::Args;
use std::io::{self, Write};

const EXAMPLES: &str = "\
Examples:
  Types for a client in TypeScript:
    ironstride openapi > openapi.json && npx openapi-typescript openapi.json -o api.d.ts

The running daemon serves the same document at /api/v1/openapi.json.

Exit codes: 0 done, 1 it could not be printed.";

/// Print the OpenAPI document of the HTTP API
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct OpenApi;

impl OpenApi {
    #[allow(clippy::unused_self, reason = "a subcommand like the others")]
    pub(super) fn run(self) -> Result<(), CliError> {
        let document = format!("{:#}\n", web::openapi());
        io::stdout().write_all(document.as_bytes()).map_err(CliError::Output)
    }
}
