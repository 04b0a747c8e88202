//! One movement with what people said of it, and the repetition that follows from both.

use super::book::Labels;
use super::outbox::Outbox;
use super::power::with_power;
use crate::model::{
    Event, HostTime, Movement, MovementKey, RejectReason, Rep, RepId, RepMetrics, RepSource, RepStage, SetId,
    Side, Sighting, StationId,
};

/// A person's word on a movement.
#[derive(Clone, Copy, Debug)]
pub(super) enum Word {
    /// Whether it counts.
    Counts(bool),
    /// Which side made it; `None`: both together.
    Side(Option<Side>),
}

/// A movement: the machine's latest sighting of it, and people's words laid over that.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    id: RepId,
    /// By its sensor's role, or as a person said.
    side: Option<Side>,
    side_is_said: bool,
    sighting: Sighting,
    /// What a person said: counts or not.
    verdict: Option<bool>,
    /// Frozen at first sight: exporters know the repetition by this time.
    published_end: HostTime,
    published: Option<Rep>,
    source: RepSource,
    /// The set it belongs to.
    pub(super) set: Option<SetId>,
}

impl Entry {
    pub(super) fn new(id: RepId, side: Option<Side>, sighting: Sighting) -> Self {
        let published_end = sighting.ended_at;
        let source = RepSource::Inertial;
        Self {
            id,
            side,
            side_is_said: false,
            sighting,
            verdict: None,
            published_end,
            published: None,
            source,
            set: None,
        }
    }

    /// A movement of a set of the past, as it was published. Where it lies on this run's clock is unknown: nothing may
    /// ask for its start, and its end is only a name.
    pub(super) fn past(rep: Rep) -> Self {
        let movement = Movement {
            key: rep.movement.clone(),
            eccentric_start: rep.eccentric_start,
            start: rep.start,
            end: rep.end,
            metrics: rep.metrics,
            reject_reason: rep.reject_reason.filter(|reason| *reason != RejectReason::ByHand),
        };
        let stage = rep.stage.min(RepStage::Settled);
        Self {
            id: rep.id,
            side: rep.side,
            side_is_said: false,
            sighting: Sighting { movement, stage, started_at: rep.ended_at, ended_at: rep.ended_at },
            // by whichever word it was corrected, both stay as they are
            verdict: (rep.stage == RepStage::Corrected).then_some(rep.accepted),
            published_end: rep.ended_at,
            source: rep.source,
            set: rep.set,
            published: Some(rep),
        }
    }

    /// Takes a newer sighting; what a faster and less sure lane says later than a surer one is no news.
    pub(super) fn update(&mut self, sighting: Sighting) {
        if sighting.stage >= self.sighting.stage {
            self.sighting = sighting;
        }
    }

    pub(super) fn correct(&mut self, word: Word) {
        match word {
            Word::Counts(accepted) => self.verdict = Some(accepted),
            Word::Side(side) => (self.side, self.side_is_said) = (side, true),
        }
    }

    fn is_corrected(&self) -> bool {
        self.verdict.is_some() || self.side_is_said
    }

    /// Its set is closed. What only the live lane ever saw is withdrawn: the settled lane, which decides, has been
    /// over these samples and did not confirm it.
    pub(super) fn settle(&mut self) {
        if self.sighting.stage == RepStage::Provisional {
            self.sighting.movement.reject_reason = Some(RejectReason::Withdrawn);
        }
        self.sighting.stage = self.sighting.stage.max(RepStage::Settled);
    }

    pub(super) fn id(&self) -> RepId {
        self.id
    }

    pub(super) fn key(&self) -> &MovementKey {
        &self.sighting.movement.key
    }

    pub(super) fn side(&self) -> Option<Side> {
        self.side
    }

    /// Its place among the movements of a station.
    pub(super) fn place(&self) -> (HostTime, &MovementKey) {
        (self.sighting.started_at, self.key())
    }

    pub(super) fn started_at(&self) -> HostTime {
        self.sighting.started_at
    }

    pub(super) fn ended_at(&self) -> HostTime {
        self.sighting.ended_at
    }

    pub(super) fn published(&self) -> Option<&Rep> {
        self.published.as_ref()
    }

    pub(super) fn accepted(&self) -> bool {
        self.verdict.unwrap_or(self.sighting.movement.reject_reason.is_none())
    }

    /// A repetition, a failed attempt at one, or what a person had to do with: opens a set and keeps it open.
    pub(super) fn counts(&self) -> bool {
        let failed = self.sighting.movement.reject_reason == Some(RejectReason::Failed);
        self.accepted() || failed || self.verdict.is_some()
    }

    /// The bar seems to be put back.
    pub(super) fn rerack(&self) -> bool {
        !self.accepted() && self.sighting.movement.reject_reason == Some(RejectReason::Rerack)
    }

    /// Seen by the live lane only, and no person holds on to it.
    pub(super) fn withdrawn(&self) -> bool {
        !self.accepted() && self.sighting.movement.reject_reason == Some(RejectReason::Withdrawn)
    }

    pub(super) fn metrics(&self) -> &RepMetrics {
        &self.sighting.movement.metrics
    }

    /// Publishes the repetition if anything in it has changed.
    pub(super) fn publish(&mut self, station: &StationId, labels: &Labels, out: &mut Outbox) {
        let mut rep = self.rep(station, labels);
        if let Some(published) = &self.published {
            rep.revision = published.revision;
            if rep == *published {
                return;
            }
        }
        rep.revision += 1;
        self.published = Some(rep.clone());
        out.push(Event::Rep(Box::new(rep)));
    }

    /// The repetition as it is now; its revision is left at 0.
    fn rep(&self, station: &StationId, labels: &Labels) -> Rep {
        let movement = &self.sighting.movement;
        let accepted = self.accepted();
        let by_hand = (!accepted).then_some(RejectReason::ByHand);
        Rep {
            id: self.id,
            revision: 0,
            stage: if self.is_corrected() { RepStage::Corrected } else { self.sighting.stage },
            accepted,
            reject_reason: movement.reject_reason.or(by_hand),
            set: self.set,
            station: station.clone(),
            athlete: labels.athlete.clone(),
            exercise: labels.exercise.clone(),
            load_kg: labels.load_kg,
            side: self.side,
            movement: movement.key.clone(),
            ended_at: self.published_end,
            eccentric_start: movement.eccentric_start,
            start: movement.start,
            end: movement.end,
            metrics: labels.masses.map_or(movement.metrics, |masses| with_power(&movement.metrics, masses)),
            source: self.source,
            algorithm: labels.algorithm.clone(),
        }
    }
}
