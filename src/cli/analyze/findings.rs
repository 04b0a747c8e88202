//! What was found in one file.

use super::place::Place;
use super::warnings::Warnings;
use crate::model::{
    Advice, AdviceAction, AdviceId, AlgorithmTag, CadenceRecord, DeviceRecord, Rep, RepId, SetId, SetRecord,
};
use crate::radio::roles::Roles;
use std::collections::BTreeMap;

/// What was found in one file.
#[derive(Debug, Default)]
pub(super) struct Findings {
    /// What computed the repetitions, or would have if there were any.
    pub(super) algorithm: Option<AlgorithmTag>,
    /// The latest state of every repetition.
    pub(super) reps: BTreeMap<RepId, Rep>,
    /// The latest state of every set.
    pub(super) sets: BTreeMap<SetId, SetRecord>,
    /// What the coach said and has not replaced.
    pub(super) advice: BTreeMap<AdviceId, Advice>,
    /// In order of time.
    pub(super) cadence: Vec<CadenceRecord>,
    /// What devices said by themselves, in order of time.
    pub(super) devices: Vec<DeviceRecord>,
    pub(super) place: Place,
    pub(super) warnings: Warnings,
    /// Which sensor is what.
    pub(super) roles: Roles,
    /// What to tell of: bars, feet or both.
    pub(super) tell: Tell,
}

impl Findings {
    /// Takes new advice, which may take the place of older.
    pub(super) fn advised(&mut self, advice: Advice) {
        if let Some(old) = &advice.supersedes {
            self.advice.remove(old);
        }
        // to carry on is only the end of a cue to stop
        if advice.action != AdviceAction::ContinueSet {
            self.advice.insert(advice.id, advice);
        }
    }
}

/// What to tell of.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tell {
    pub(super) bar: bool,
    pub(super) foot: bool,
}
