//! What a footpod's cadence byte counts: strides, as the profile says, or steps, as several vendors send.
//!
//! The ladder, surest first; a lower rung never overrules a higher one:
//! 1. a person said so;
//! 2. the footpod's name is known ([`by_name`]);
//! 3. evidence from its readings while running ([`evidence`]), eight more for one unit than for the other. Evidence
//!    may be overturned once, by a lead of sixty readings that say otherwise, and never back.

use crate::model::{CadenceUnit, RunningReading};

/// Readings that evidence must lead by until the unit is settled; footpods send about one a second.
pub(super) const SETTLING_LEAD: i32 = 8;
/// The lead the other way that overturns a settled unit; also the most that a lead can grow.
const OVERTURNING_LEAD: i32 = 60;
/// Only a faster reading tells: below it people walk, and strides of runners and steps of walkers look alike. 6 km/h.
const RUNNING_M_S: f64 = 6.0 / 3.6;

/// Footpods whose unit is known by the start of their names, in lower case (BLE advertised name or model).
///
/// It stands here and not with the wire formats because it is one rung of the ladder above. Vendors whose names or
/// units nobody documents are left to the evidence.
const KNOWN_NAMES: [(&str, CadenceUnit); 6] = [
    ("stryd", CadenceUnit::Strides),
    ("zwift runpod", CadenceUnit::Strides),
    ("milestone", CadenceUnit::Strides),
    ("polar stride", CadenceUnit::Strides),
    ("tickr x", CadenceUnit::Steps),
    ("runn ", CadenceUnit::Steps),
];

/// The unit of a footpod with a known name.
pub(super) fn by_name(name: &str) -> Option<CadenceUnit> {
    let name = name.trim_start().to_lowercase();
    KNOWN_NAMES.iter().find(|(start, _)| name.starts_with(start)).map(|(_, unit)| *unit)
}

/// What one reading says of the unit, if anything.
///
/// With a length, q = 60·speed/(byte·length) is 1 when byte and length agree in their unit, both strides or both
/// steps, which says nothing of which. It is 2 when strides come with the length of a step, and ½ when steps come with
/// the length of a stride: these two are sure. The range of the byte is left otherwise: people run at 140 to 210
/// steps a minute, 70 to 105 strides. Where the two ways contradict each other the reading is bad and says nothing.
pub(super) fn evidence(reading: &RunningReading) -> Option<CadenceUnit> {
    if reading.speed_m_s.is_nan() || reading.speed_m_s <= RUNNING_M_S {
        return None;
    }
    let by_range = match reading.cadence_raw {
        70..=105 => Some(CadenceUnit::Strides),
        140..=210 => Some(CadenceUnit::Steps),
        _ => None,
    };
    match (by_length(reading), by_range) {
        (Some(length), Some(range)) if length != range => None,
        (length, range) => length.or(range),
    }
}

fn by_length(reading: &RunningReading) -> Option<CadenceUnit> {
    let length = reading.stride_length_m.filter(|length| *length > 0.0)?;
    if reading.cadence_raw == 0 {
        return None;
    }
    let q = 60.0 * reading.speed_m_s / (f64::from(reading.cadence_raw) * length);
    if (1.7..2.35).contains(&q) {
        Some(CadenceUnit::Strides)
    } else if (0.43..0.59).contains(&q) {
        Some(CadenceUnit::Steps)
    } else {
        None
    }
}

/// The unit of one footpod as far as it is known.
#[derive(Clone, Debug, Default)]
pub(super) struct UnitLadder {
    said: Option<CadenceUnit>,
    named: Option<CadenceUnit>,
    observed: Option<CadenceUnit>,
    overturned: bool,
    /// Readings for strides less readings for steps, since the last decision.
    lead: i32,
}

impl UnitLadder {
    pub(super) fn say(&mut self, unit: CadenceUnit) {
        self.said = Some(unit);
    }

    pub(super) fn name(&mut self, name: &str) {
        self.named = self.named.or(by_name(name));
    }

    pub(super) fn observe(&mut self, reading: &RunningReading) {
        let Some(unit) = evidence(reading) else { return };
        let vote = if unit == CadenceUnit::Strides { 1 } else { -1 };
        self.lead = (self.lead + vote).clamp(-OVERTURNING_LEAD, OVERTURNING_LEAD);
        let leads = if self.lead > 0 { CadenceUnit::Strides } else { CadenceUnit::Steps };
        match self.observed {
            None if self.lead.abs() >= SETTLING_LEAD => self.observed = Some(leads),
            Some(now) if !self.overturned && now != leads && self.lead.abs() >= OVERTURNING_LEAD => {
                self.observed = Some(leads);
                self.overturned = true;
            }
            _ => {}
        }
    }

    /// The unit by the highest rung that knows it.
    pub(super) fn unit(&self) -> Option<CadenceUnit> {
        self.said.or(self.named).or(self.observed)
    }

    /// Readings that speak for one unit more than for the other, while nothing is settled.
    pub(super) fn readings_ahead(&self) -> i32 {
        self.lead.abs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CadenceUnit::{Steps, Strides};
    use proptest::prelude::*;

    fn reading(speed_m_s: f64, cadence_raw: u8, stride_length_m: Option<f64>) -> RunningReading {
        RunningReading { speed_m_s, cadence_raw, stride_length_m, total_distance_m: None, running: true }
    }

    #[test]
    fn names_are_known_by_their_start() {
        assert_eq!(by_name("Stryd"), Some(Strides));
        assert_eq!(by_name("ZWIFT RUNPOD"), Some(Strides));
        assert_eq!(by_name("TICKR X 1A2B"), Some(Steps));
        assert_eq!(by_name("RUNN 0123"), Some(Steps));
        assert_eq!(by_name("Runner's pod"), None);
        assert_eq!(by_name(""), None);
    }

    #[test]
    fn what_one_reading_can_and_cannot_say() {
        // 3 m/s: 90 strides of 2 m, or 180 steps of 1 m
        assert_eq!(evidence(&reading(3.0, 90, None)), Some(Strides));
        assert_eq!(evidence(&reading(3.0, 180, None)), Some(Steps));
        assert_eq!(evidence(&reading(3.0, 90, Some(2.0))), Some(Strides));
        assert_eq!(evidence(&reading(3.0, 180, Some(1.0))), Some(Steps));
        assert_eq!(evidence(&reading(3.0, 90, Some(1.0))), Some(Strides));
        assert_eq!(evidence(&reading(3.0, 180, Some(2.0))), Some(Steps));
        // a quick small runner: 120 strides? 120 steps? the length knows where the range does not
        assert_eq!(evidence(&reading(4.0, 120, None)), None);
        assert_eq!(evidence(&reading(4.0, 120, Some(2.0))), None);
        assert_eq!(evidence(&reading(4.0, 120, Some(1.0))), Some(Strides));
        assert_eq!(evidence(&reading(2.0, 120, Some(2.0))), Some(Steps));
        // 160 "strides" of a step's length would be 320 steps
        assert_eq!(evidence(&reading(5.3, 160, Some(1.0))), None);
        // walkers, standing, nonsense
        assert_eq!(evidence(&reading(1.5, 90, None)), None);
        assert_eq!(evidence(&reading(0.0, 0, Some(0.0))), None);
        assert_eq!(evidence(&reading(f64::NAN, 90, None)), None);
        assert_eq!(evidence(&reading(3.0, 0, Some(1.0))), None);
    }

    #[test]
    fn a_long_lead_of_contrary_readings_overturns_once() {
        let mut ladder = UnitLadder::default();
        let mut run = |raw: u8, n: i32| {
            (0..n).for_each(|_| ladder.observe(&reading(3.0, raw, None)));
            ladder.unit()
        };
        assert_eq!(run(90, SETTLING_LEAD - 1), None);
        assert_eq!(run(90, 1), Some(Strides));
        assert_eq!(run(180, OVERTURNING_LEAD), Some(Strides), "the lead of the settled unit counts too");
        assert_eq!(run(180, SETTLING_LEAD), Some(Steps));
        assert_eq!(run(90, 10 * OVERTURNING_LEAD), Some(Steps));
    }

    #[test]
    fn a_higher_rung_overrules_a_lower_one_only() {
        let mut ladder = UnitLadder::default();
        (0..100).for_each(|_| ladder.observe(&reading(3.0, 90, None)));
        ladder.name("TICKR X");
        assert_eq!(ladder.unit(), Some(Steps));
        ladder.name("Stryd");
        assert_eq!(ladder.unit(), Some(Steps), "the first name that is known stands");
        ladder.say(Strides);
        ladder.name("TICKR X");
        assert_eq!(ladder.unit(), Some(Strides));
    }

    proptest! {
        #[test]
        fn readings_never_flip_the_unit_back_and_forth(
            runs in prop::collection::vec((any::<u8>(), 0.0..8.0f64, prop::option::of(0.3..4.0f64), 1..200u32), 1..40),
        ) {
            let mut ladder = UnitLadder::default();
            let mut units = Vec::new();
            for (raw, speed, length, times) in runs {
                for _ in 0..times {
                    ladder.observe(&reading(speed, raw, length));
                    units.push(ladder.unit());
                }
            }
            units.dedup();
            prop_assert!(units.len() <= 3 && !units[1..].contains(&None), "{units:?}");
        }

        #[test]
        fn readings_that_disagree_by_turns_settle_nothing(n in 1..500usize, first: bool) {
            let mut ladder = UnitLadder::default();
            for i in 0..n {
                let raw = if (i % 2 == 0) == first { 90 } else { 180 };
                ladder.observe(&reading(3.0, raw, None));
                prop_assert_eq!(ladder.unit(), None);
            }
        }
    }
}
