//! What leaves the room: numbers for new things, and events in order.

use super::ids::Ids;
use crate::model::Event;
use std::collections::VecDeque;

/// Numbers new things and collects what is to be told.
#[derive(Clone, Debug, Default)]
pub(super) struct Outbox {
    pub(super) ids: Ids,
    pub(super) events: VecDeque<Event>,
}

impl Outbox {
    pub(super) fn push(&mut self, event: Event) {
        self.events.push_back(event);
    }
}
