//! Who may ask: the host's name against rebinding, the origin against other people's pages, tokens for devices.
//!
//! Reading is open on the local network (unless configured otherwise); changing needs a device's token. The machine
//! itself needs none: who can open a socket on it can read the database too.

use super::problem::Problem;
use super::state::{Web, blocking};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use std::convert::Infallible;
use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

/// Under this name a page may keep the token for reading, because a browser's `EventSource` sends no headers.
const COOKIE: &str = "ironstride_token=";

/// Refuses requests for names that are not ours: a page of the internet whose name suddenly points here (DNS
/// rebinding) would else read and change everything as if it were the machine itself.
pub(crate) async fn host(State(web): State<Web>, request: Request, next: Next) -> Response {
    let authority = authority(&request).unwrap_or_default();
    if is_ours(authority, &web.config().hosts) {
        return next.run(request).await;
    }
    Problem::misdirected(authority).into_response()
}

/// Refuses what comes from another page, and what has no right: for all routes of the API.
pub(crate) async fn rights(State(web): State<Web>, request: Request, next: Next) -> Response {
    let permitted = match needed(&web, &request) {
        Ok(Some(token)) => is_known(&web, token).await,
        Ok(None) => Ok(()),
        Err(problem) => Err(problem),
    };
    match permitted {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// The hash of the token that decides, `None` where none is needed.
fn needed(web: &Web, request: &Request) -> Result<Option<String>, Problem> {
    let reading = matches!(*request.method(), Method::GET | Method::HEAD);
    if !reading {
        same_origin(request)?;
    }
    if is_local(request.headers(), request.extensions()) || (reading && web.config().read_open) {
        return Ok(None);
    }
    let token = token(request.headers(), reading)
        .ok_or_else(|| Problem::unauthorized("this request comes from another machine and has no token"))?;
    Ok(Some(sha256_hex(token)))
}

async fn is_known(web: &Web, sha256: String) -> Result<(), Problem> {
    let reader = web.reader().clone();
    let known = blocking(move || Ok(reader.device_token(&sha256)?)).await?;
    known.map(|_| ()).ok_or_else(|| Problem::unauthorized("this token is not known here"))
}

/// Whether the request comes from the machine itself and was not handed on by a proxy.
fn is_local(headers: &HeaderMap, extensions: &Extensions) -> bool {
    let handed_on = ["forwarded", "x-forwarded-for", "via"].iter().any(|name| headers.contains_key(*name));
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    !handed_on && peer.is_some_and(|peer| peer.0.ip().to_canonical().is_loopback())
}

/// Whether the request comes from the machine itself, for handlers.
pub(crate) struct Local(pub(crate) bool);

impl<S: Send + Sync> FromRequestParts<S> for Local {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(is_local(&parts.headers, &parts.extensions)))
    }
}

/// A change that a page of another origin sends through its visitor's browser is none of ours.
fn same_origin(request: &Request) -> Result<(), Problem> {
    let Some(origin) = request.headers().get(header::ORIGIN) else { return Ok(()) };
    let origin = origin.to_str().unwrap_or_default();
    let from = origin.split_once("://").map(|(_, authority)| authority);
    if from.is_some() && from == authority(request) {
        return Ok(());
    }
    Err(Problem::forbidden(
        format!("the request comes from a page of {origin:?}"),
        "changes are taken from the daemon's own pages, and from programs that send no Origin",
    ))
}

/// Host and port that the request is for.
fn authority(request: &Request) -> Option<&str> {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    named.or_else(|| request.uri().authority().map(axum::http::uri::Authority::as_str))
}

/// Whether a `Host` names this daemon: the machine by its loopback names, by an address, or by a name given to it.
fn is_ours(authority: &str, names: &[String]) -> bool {
    let host = without_port(authority).to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    let literal = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    literal.parse::<IpAddr>().is_ok()
        || host == "localhost"
        || host.ends_with(".localhost")
        || names.iter().any(|name| names_host(&name.to_ascii_lowercase(), host))
}

/// A name without a dot is a machine's own, which multicast DNS makes `NAME.local`.
fn names_host(name: &str, host: &str) -> bool {
    host == name || (!name.contains('.') && host.strip_suffix(".local") == Some(name))
}

fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) && !is_bare_ipv6(authority) => {
            host
        }
        _ => authority,
    }
}

/// An IPv6 address has colons of its own; with a port it stands in brackets.
fn is_bare_ipv6(authority: &str) -> bool {
    !authority.starts_with('[') && authority.matches(':').count() > 1
}

/// The token of a request. A cookie counts for reading only: browsers send it with other pages' changes too.
fn token(headers: &HeaderMap, reading: bool) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(bearer);
    let cookie = || {
        let cookies = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        cookies.flat_map(|all| all.split(';')).find_map(|one| one.trim().strip_prefix(COOKIE))
    };
    bearer.or_else(|| reading.then(cookie).flatten())
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// SHA-256 of a token, hexadecimal: what the store keeps of it.
pub(crate) fn sha256_hex(token: &str) -> String {
    hex(&Sha256::digest(token.as_bytes()))
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // writing to a string can't fail
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_daemon_answers_to_its_own_names_only() {
        let names = ["gym.example".to_owned(), "Ironpi".to_owned()];
        for ours in [
            "localhost",
            "localhost:8480",
            "LOCALHOST.",
            "app.localhost:1",
            "127.0.0.1:8480",
            "192.168.1.20",
            "[::1]:8480",
            "::1",
            "[fe80::1]",
            "gym.example:80",
            "ironpi",
            "ironpi.local:8480",
        ] {
            assert!(is_ours(ours, &names), "{ours}");
        }
        for other in [
            "",
            "evil.example",
            "localhost.evil.example",
            "notlocalhost",
            "gym.example.local",
            "x.gym.example",
            "127.0.0.1.evil.example",
            "ironpi.lan",
            "1.2.3.4.5",
            "[::1",
            "ironpi.local.evil.example",
        ] {
            assert!(!is_ours(other, &names), "{other}");
        }
    }

    #[test]
    fn a_cookie_serves_for_reading_only() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "theme=dark; ironstride_token=abc".parse().unwrap());
        assert_eq!(token(&headers, true), Some("abc"));
        assert_eq!(token(&headers, false), None);
        headers.insert(header::AUTHORIZATION, "bearer def".parse().unwrap());
        assert_eq!(token(&headers, false), Some("def"));
        headers.insert(header::AUTHORIZATION, "Basic def".parse().unwrap());
        assert_eq!(token(&headers, false), None);
    }

    #[test]
    fn a_token_is_kept_as_its_hash() {
        assert_eq!(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
