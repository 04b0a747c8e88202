//! What the API says: plain data with units in the names, made from the model's and placed in the calendar.
//!
//! Kept apart from the model, because outsiders depend on these words and the engine does not.

pub(crate) mod advice;
pub(crate) mod device;
pub(crate) mod exercise;
pub(crate) mod people;
pub(crate) mod rep;
pub(crate) mod sensor;
pub(crate) mod set;
pub(crate) mod station;
pub(crate) mod status;
pub(crate) mod time;
pub(crate) mod wanted;
pub(crate) mod words;

use serde::Serialize;
use utoipa::ToSchema;

/// One page of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Page<T> {
    /// The items, by rising id.
    pub(crate) items: Vec<T>,
    /// What `after` has to be for the next page; `null` on the last.
    pub(crate) next_after: Option<u64>,
}

/// A list that is always whole.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Whole<T> {
    /// The items.
    pub(crate) items: Vec<T>,
}

/// A change is in the journal.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Done {
    /// Number of the journal's entry; the stream has passed it once its events have higher numbers.
    pub(crate) seq: u64,
}

/// A device that may change things.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TokenName {
    /// Name for people.
    pub(crate) name: String,
    /// When its token was made, RFC 3339.
    #[schema(format = DateTime)]
    pub(crate) made_at: Option<String>,
}

/// A device's token. Shown this once; only its hash is kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct Token {
    /// Name for people.
    pub(crate) name: String,
    /// What the device sends as `Authorization: Bearer …`.
    pub(crate) token: String,
}
