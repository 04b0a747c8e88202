//! All that the store knows about one piece of advice.

use super::read::{AdviceFilter, Advised, Page, Placed, Reader, RepFilter};
use super::{StoreError, Utc};
use crate::model::{AdviceId, Rep, SetRecord};

/// Advice with what led to it and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    /// The advice as it was given.
    pub advised: Placed<Advised>,
    /// What it took the place of.
    pub superseded: Option<Placed<Advised>>,
    /// The set it is about, as it is now.
    pub set: Option<Placed<SetRecord>>,
    /// The set's movements that had ended when it was given, as they are now.
    pub reps: Vec<Placed<Rep>>,
}

impl Explained {
    /// When the advice was given.
    #[must_use]
    pub fn given(&self) -> Option<Utc> {
        self.advised.utc(self.advised.value.advice.at)
    }
}

impl Reader {
    /// The number of the latest advice.
    pub fn latest_advice(&self) -> Result<Option<AdviceId>, StoreError> {
        let page = Page { limit: 1, newest_first: true, ..Page::default() };
        let latest = self.advice(&AdviceFilter { page, ..AdviceFilter::default() })?;
        Ok(latest.first().map(|latest| latest.value.advice.id))
    }

    /// One piece of advice and all about it.
    pub fn explain(&self, id: AdviceId) -> Result<Option<Explained>, StoreError> {
        let Some(advised) = self.advice_by_id(id)? else { return Ok(None) };
        let advice = &advised.value.advice;
        let superseded = advice.supersedes.map(|id| self.advice_by_id(id)).transpose()?.flatten();
        let set = self.set(advice.set)?;
        let mut reps = self.reps(&RepFilter { set: Some(advice.set), ..RepFilter::default() })?;
        // times of different runs can't be compared
        reps.retain(|rep| rep.run != advised.run || rep.value.ended_at <= advice.at);
        Ok(Some(Explained { advised, superseded, set, reps }))
    }
}
