//! How a change is made: look, compare with what the asker had seen, ask the core, answer after the commit.

use super::extract::{Expected, Wish};
use super::guard::sha256_hex;
use super::problem::Problem;
use super::state::{Web, blocking};
use crate::model::Change;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// A change that could be made, and the entity tag of what it changes (`None`: that does not exist yet).
pub(crate) struct Plan {
    pub(crate) change: Change,
    pub(crate) tag: Option<String>,
}

impl Web {
    /// Makes a change and returns its number in the journal.
    ///
    /// `plan` reads what is (it may block) and says what to ask for. No other person's change comes in between, also
    /// when the asker goes away: what was asked is awaited to its end. A change whose key is known was made before.
    pub(crate) async fn change(
        &self,
        wish: Wish,
        plan: impl FnOnce(&Self) -> Result<Plan, Problem> + Send + 'static,
    ) -> Result<u64, Problem> {
        let turn = self.desk().turn().await;
        let Wish { key, state } = wish;
        let (web, known) = (self.clone(), key.clone());
        let planned = blocking(move || {
            let plan = plan(&web)?;
            if let Some(answered) = known.map(|key| web.reader().request(&key)).transpose()?.flatten() {
                return same(&plan.change, &answered.change).map(|()| Err(answered.seq));
            }
            matches(&state, plan.tag.as_deref())?;
            Ok(Ok(plan.change))
        })
        .await?;
        match planned {
            Err(made_before) => Ok(made_before),
            Ok(change) => {
                let asked = tokio::spawn(async move { turn.ask(change, key).await });
                Ok(asked
                    .await
                    .map_err(|_| Problem::internal("the change could not be followed to its end"))??)
            }
        }
    }
}

/// A key stands for one change only.
fn same(wanted: &Change, made: &Change) -> Result<(), Problem> {
    if wanted == made {
        return Ok(());
    }
    Err(Problem::conflict(
        "this Idempotency-Key was used for another change",
        "take a new key for each change, and the same only to repeat it",
    ))
}

fn matches(state: &Expected, tag: Option<&str>) -> Result<(), Problem> {
    if state.holds(tag) {
        return Ok(());
    }
    let now = tag.unwrap_or("nothing");
    Err(Problem::changed(format!("If-Match does not name what is there now: {now}")))
}

/// The entity tag of a numbered state.
pub(crate) fn revision_tag(revision: impl std::fmt::Display) -> String {
    format!("\"{revision}\"")
}

/// The entity tag of something without a revision: its content.
pub(crate) fn content_tag<T: Serialize>(content: &T) -> String {
    let text = serde_json::to_string(content).unwrap_or_default();
    let mut hash = sha256_hex(&text);
    hash.truncate(16);
    revision_tag(hash)
}

/// A view with its entity tag.
pub(crate) struct Tagged<T> {
    pub(crate) tag: String,
    pub(crate) view: T,
}

impl<T: Serialize> IntoResponse for Tagged<T> {
    fn into_response(self) -> Response {
        let mut headers = HeaderMap::new();
        if let Ok(tag) = HeaderValue::from_str(&self.tag) {
            headers.insert(header::ETAG, tag);
        }
        (headers, axum::Json(self.view)).into_response()
    }
}
