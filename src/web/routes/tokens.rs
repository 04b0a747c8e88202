//! Tokens by which devices may change things. Who may change things may also take the right from a device, such as one
//! that was lost; only the machine itself gives it.

use super::super::change::Plan;
use super::super::extract::{Json, Path, Wish};
use super::super::guard::{Local, hex, sha256_hex};
use super::super::problem::Problem;
use super::super::state::{Web, blocking};
use super::super::views::time::moment;
use super::super::views::wanted::NewToken;
use super::super::views::{Done, Token, TokenName, Whole};
use super::{check, unknown};
use crate::model::{Change, DeviceToken};
use crate::store::Utc;
use axum::extract::State;
use axum::http::StatusCode;

/// The devices that may change things, by name; never their tokens.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "people", responses((status = 200, body = Whole<TokenName>)))]
pub(crate) async fn list(State(web): State<Web>) -> Result<axum::Json<Whole<TokenName>>, Problem> {
    let tokens = blocking(move || Ok(web.reader().device_tokens()?)).await?;
    let view = |(token, made): (DeviceToken, Option<Utc>)| TokenName {
        name: token.name,
        made_at: made.and_then(|made| moment(made).rfc3339),
    };
    Ok(axum::Json(Whole { items: tokens.into_iter().map(view).collect() }))
}

/// Makes a token for a device, under a name that no other has. Only on the daemon's own machine; the token is shown
/// this once.
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
    let device = DeviceToken { name: name.clone(), sha256: sha256_hex(&token), revoked: false };
    web.change(Wish::default(), move |web| {
        if named(web, &device.name)?.is_empty() {
            return Ok(Plan { change: Change::Token(device), tag: None });
        }
        let hint = "take another name, or revoke that one first: DELETE /api/v1/tokens/NAME";
        Err(Problem::conflict(format!("there is a token for {:?} already", device.name), hint))
    })
    .await?;
    Ok((StatusCode::CREATED, axum::Json(Token { name, token })))
}

/// Takes the right to change things from a device: its token opens nothing any more, from the next request on.
#[utoipa::path(delete, path = "/api/v1/tokens/{name}", tag = "people", params(("name" = String, Path, description = "The device")),
    responses((status = 200, body = Done)))]
pub(crate) async fn revoke(
    State(web): State<Web>,
    Path(name): Path<String>,
) -> Result<axum::Json<Done>, Problem> {
    let (reading, wanted) = (web.clone(), name.clone());
    let tokens = blocking(move || named(&reading, &wanted)).await?;
    let mut done = None;
    // older stores may have several of one name
    for token in tokens {
        let change = Change::Token(DeviceToken { revoked: true, ..token });
        done = Some(web.change(Wish::default(), move |_| Ok(Plan { change, tag: None })).await?);
    }
    let seq = done.ok_or_else(|| unknown("token for", format!("{name:?}"), "tokens"))?;
    Ok(axum::Json(Done { seq }))
}

/// The tokens of a device that may be used.
fn named(web: &Web, name: &str) -> Result<Vec<DeviceToken>, Problem> {
    let tokens = web.reader().device_tokens()?.into_iter().map(|(token, _)| token);
    Ok(tokens.filter(|token| token.name == name).collect())
}

/// 256 bits of chance: nobody guesses them.
fn random() -> Result<String, Problem> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes)
        .map_err(|error| Problem::internal(format!("the system has no chance: {error}")))?;
    Ok(hex(&bytes))
}
