//! Tokens by which devices may change things.

use super::super::change::Plan;
use super::super::extract::{Json, Wish};
use super::super::guard::{Local, hex, sha256_hex};
use super::super::problem::Problem;
use super::super::state::Web;
use super::super::views::Token;
use super::super::views::wanted::NewToken;
use super::check;
use crate::model::{Change, DeviceToken};
use axum::extract::State;
use axum::http::StatusCode;

/// Makes a token for a device. Only on the daemon's own machine; the token is shown this once.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "people", request_body = NewToken, responses((status = 201, body = Token)))]
pub(crate) async fn create(
    State(web): State<Web>,
    Local(local): Local,
    Json(wanted): Json<NewToken>,
) -> Result<(StatusCode, axum::Json<Token>), Problem> {
    if !local {
        return Err(Problem::forbidden(
            "tokens are made on the daemon's own machine only",
            "sit down at that machine, or log in there, and ask http://localhost",
        ));
    }
    let name = check::name("name", &wanted.name)?;
    let token = random()?;
    let change = Change::Token(DeviceToken { name: name.clone(), sha256: sha256_hex(&token) });
    web.change(Wish::default(), move |_| Ok(Plan { change, tag: None })).await?;
    Ok((StatusCode::CREATED, axum::Json(Token { name, token })))
}

/// 256 bits of chance: nobody guesses them.
fn random() -> Result<String, Problem> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Problem::internal(format!("the system has no chance: {error}")))?;
    Ok(hex(&bytes))
}
