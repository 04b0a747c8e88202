//! Problems as RFC 9457 tells them, each with a hint what to do.

use super::desk::Refusal;
use crate::store::StoreError;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::any::Any;
use utoipa::ToSchema;

/// What went wrong (RFC 9457), as `application/problem+json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Problem {
    /// Kind of the problem; stays the same over versions.
    #[serde(rename = "type")]
    #[schema(example = "/problems/unknown")]
    kind: String,
    /// The kind in words.
    title: String,
    /// The status of the response.
    status: u16,
    /// What was wrong here.
    detail: String,
    /// What to do.
    hint: String,
}

impl Problem {
    fn new(status: StatusCode, kind: &str, title: &str, detail: String, hint: String) -> Self {
        Self {
            kind: format!("/problems/{kind}"),
            title: title.to_owned(),
            status: status.as_u16(),
            detail,
            hint,
        }
    }

    /// 400: a body, parameter or header that can't be understood.
    pub(crate) fn bad(detail: impl Into<String>, hint: impl Into<String>) -> Self {
        let title = "The request can't be understood";
        Self::new(StatusCode::BAD_REQUEST, "bad-request", title, detail.into(), hint.into())
    }

    /// 400: a field has a value that can't be.
    pub(crate) fn field(field: &str, wrong: impl std::fmt::Display, hint: impl Into<String>) -> Self {
        Self::bad(format!("{field}: {wrong}"), hint)
    }

    /// 401: changing needs a token.
    pub(crate) fn unauthorized(detail: impl Into<String>) -> Self {
        let hint = "send `Authorization: Bearer TOKEN`; tokens are made with POST /api/v1/tokens on the daemon's own \
                    machine";
        let title = "A device token is needed";
        Self::new(StatusCode::UNAUTHORIZED, "token-needed", title, detail.into(), hint.to_owned())
    }

    /// 403: not from there.
    pub(crate) fn forbidden(detail: impl Into<String>, hint: impl Into<String>) -> Self {
        let title = "Not allowed from there";
        Self::new(StatusCode::FORBIDDEN, "forbidden", title, detail.into(), hint.into())
    }

    /// 404: no such thing.
    pub(crate) fn unknown(detail: impl Into<String>, hint: impl Into<String>) -> Self {
        let title = "There is no such thing";
        Self::new(StatusCode::NOT_FOUND, "unknown", title, detail.into(), hint.into())
    }

    /// 405: another method is meant.
    pub(crate) fn method() -> Self {
        let title = "This method is not meant here";
        let hint = "GET /api/v1/openapi.json lists routes and methods";
        let detail = "the route exists, but not with this method".to_owned();
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", title, detail, hint.to_owned())
    }

    /// 409: not as things stand.
    pub(crate) fn conflict(detail: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", "Not as things stand now", detail.into(), hint.into())
    }

    /// 412: it has changed in the meantime.
    pub(crate) fn changed(detail: impl Into<String>) -> Self {
        let title = "It has changed in the meantime";
        let hint = "read it again and decide anew; its ETag is the new If-Match";
        Self::new(StatusCode::PRECONDITION_FAILED, "changed", title, detail.into(), hint.to_owned())
    }

    /// 413: the body is too large.
    pub(crate) fn too_large() -> Self {
        let title = "The body is too large";
        let detail = "a body may have 64 KiB".to_owned();
        let hint = "no change of this API needs more; look whether a file was sent by mistake".to_owned();
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", title, detail, hint)
    }

    /// 415: not JSON.
    pub(crate) fn not_json() -> Self {
        let title = "The body is not said to be JSON";
        let detail = "a change needs `Content-Type: application/json`".to_owned();
        let hint = "send that header with the body".to_owned();
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "not-json", title, detail, hint)
    }

    /// 421: this host's name is not ours.
    pub(crate) fn misdirected(host: &str) -> Self {
        let title = "This daemon does not answer to that name";
        let detail = format!("the request is for the host {host:?}");
        let hint =
            "use the machine's address, or list the name under [web] hosts in ironstride.toml".to_owned();
        Self::new(StatusCode::MISDIRECTED_REQUEST, "misdirected", title, detail, hint)
    }

    /// 428: say which state the change is meant for.
    pub(crate) fn precondition() -> Self {
        let title = "The change must say which state it is meant for";
        let detail = "If-Match is missing".to_owned();
        let hint =
            "read the resource and send its ETag as If-Match, or `If-Match: *` to replace whatever is there";
        let status = StatusCode::PRECONDITION_REQUIRED;
        Self::new(status, "precondition-needed", title, detail, hint.to_owned())
    }

    /// 500: our own mistake.
    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        let title = "The daemon made a mistake";
        let hint = "the daemon goes on; its log has more. Please report it";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", title, detail.into(), hint.to_owned())
    }

    /// 503: not now.
    pub(crate) fn unavailable(detail: impl Into<String>, hint: impl Into<String>) -> Self {
        let title = "Not now";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", title, detail.into(), hint.into())
    }

    /// 504: it took too long.
    pub(crate) fn too_slow() -> Self {
        let title = "It took too long";
        let hint = "try again; GET /api/v1/status tells whether the journal or the disk is the reason";
        let detail = "no answer within the time-out".to_owned();
        Self::new(StatusCode::GATEWAY_TIMEOUT, "too-slow", title, detail, hint.to_owned())
    }

    /// What is left of a handler that panicked.
    pub(crate) fn of_panic(panic: &(dyn Any + Send)) -> Self {
        let words = panic.downcast_ref::<String>().map(String::as_str);
        let words = words.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
        tracing::error!(panic = words, "a request panicked; only that request failed");
        Self::internal("the request ran into a fault")
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let kind = HeaderValue::from_static("application/problem+json");
        let mut response = (status, [(header::CONTENT_TYPE, kind)], body).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, "the journal could not be read");
        Self::unavailable(
            format!("the journal can't be read: {error}"),
            "try again; `ironstride doctor` looks at store and disk",
        )
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let words = refusal.to_string();
        match refusal {
            Refusal::Unknown(_) => Self::unknown(words, "the lists of /api/v1 tell what there is"),
            Refusal::Conflict(_) => Self::conflict(words, "read it again and decide anew"),
            Refusal::Failed(_) => Self::internal(words),
            Refusal::Store(_) => {
                Self::unavailable(words, "nothing was changed; GET /api/v1/status tells more")
            }
            Refusal::Busy => Self::unavailable(words, "nothing was changed; try again in a moment"),
            Refusal::Stopping => Self::unavailable(
                words,
                "try again with the same Idempotency-Key: it is then done once, whether it was written or not",
            ),
        }
    }
}
