//! What handlers take from a request; what can't be taken is a problem with its place and reason.

use super::problem::Problem;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use serde::de::DeserializeOwned;

/// The parameters behind the `?`.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::from_request_parts(parts, state).await;
        query.map(|query| Self(query.0)).map_err(|wrong: QueryRejection| {
            Problem::bad(wrong.body_text(), "GET /api/v1/openapi.json lists the parameters of each route")
        })
    }
}

/// What stands in the path.
pub(crate) struct Path<T>(pub(crate) T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        path.map(|path| Self(path.0)).map_err(|wrong: PathRejection| {
            Problem::bad(wrong.body_text(), "numbers stand in the path as digits, names as they are")
        })
    }
}

/// A body of JSON.
pub(crate) struct Json<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body = axum::Json::from_request(request, state).await;
        body.map(|body| Self(body.0)).map_err(|wrong: JsonRejection| match wrong.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::not_json(),
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
            _ => Problem::bad(wrong.body_text(), "GET /api/v1/openapi.json has the schema of each body"),
        })
    }
}

/// Under which conditions a change is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    /// `Idempotency-Key`: a change with the same key is made once.
    pub(crate) key: Option<String>,
    /// `If-Match`.
    pub(crate) state: Expected,
}

/// Which state a change is meant for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Not said.
    #[default]
    Unsaid,
    /// Whatever is there, but something.
    Any,
    /// One of these entity tags.
    Tags(Vec<String>),
}

impl Expected {
    /// Whether the change may be made to a thing with this tag (`None`: there is no such thing yet).
    pub(crate) fn holds(&self, tag: Option<&str>) -> bool {
        match self {
            Self::Unsaid => true,
            Self::Any => tag.is_some(),
            Self::Tags(tags) => tag.is_some_and(|tag| tags.iter().any(|wanted| wanted == tag)),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Wish {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let key = text(&parts.headers, &HeaderName::from_static("idempotency-key"))?;
        if key.as_ref().is_some_and(|key| key.is_empty() || key.len() > 128) {
            return Err(Problem::field(
                "Idempotency-Key",
                "is empty or too long",
                "send 1 to 128 characters",
            ));
        }
        let state = match text(&parts.headers, &header::IF_MATCH)?.as_deref().map(str::trim) {
            None => Expected::Unsaid,
            Some("*") => Expected::Any,
            Some(tags) => Expected::Tags(tags.split(',').map(|tag| tag.trim().to_owned()).collect()),
        };
        Ok(Self { key, state })
    }
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(name) else { return Ok(None) };
    let value = value.to_str().map_err(|_| {
        Problem::field(
            name.as_str(),
            "has signs that no header may have",
            "send letters, digits and signs of ASCII",
        )
    })?;
    Ok(Some(value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_made_to_the_state_that_it_is_meant_for() {
        let tags = Expected::Tags(vec!["\"3\"".to_owned(), "\"4\"".to_owned()]);
        assert!(tags.holds(Some("\"4\"")) && !tags.holds(Some("\"5\"")) && !tags.holds(None));
        assert!(!tags.holds(Some("4")), "an entity tag has quotes");
        assert!(Expected::Any.holds(Some("\"1\"")) && !Expected::Any.holds(None));
        assert!(Expected::Unsaid.holds(None) && Expected::Unsaid.holds(Some("\"1\"")));
    }
}
