//! Readings of footpods to cadence in steps a minute, both feet (training.md §5.1).

use super::unit::{SETTLING_LEAD, UnitLadder};
use crate::model::{
    AthleteId, CadenceRecord, CadenceUnit, Context, HostTime, RunningReading, SensorAssignment, SensorId,
};
use std::collections::BTreeMap;

/// All footpods that were heard of.
#[derive(Clone, Debug, Default)]
pub struct Cadences {
    footpods: BTreeMap<SensorId, Footpod>,
}

#[derive(Clone, Debug, Default)]
struct Footpod {
    unit: UnitLadder,
    athlete: Option<AthleteId>,
}

impl Cadences {
    /// Takes a footpod's runner, or its unit said by a person; other contexts are not for this room.
    pub fn context(&mut self, context: &Context) {
        match context {
            Context::CadenceUnit { sensor, unit } => self.footpod(sensor).unit.say(*unit),
            Context::Sensor(SensorAssignment { sensor, role }) => {
                self.footpod(sensor).athlete = role.athlete().cloned();
            }
            Context::Unassigned { sensor } => self.footpod(sensor).athlete = None,
            _ => {}
        }
    }

    /// Takes a name that a sensor gave itself, in its advertisement or as its model.
    pub fn name(&mut self, sensor: &SensorId, name: &str) {
        self.footpod(sensor).unit.name(name);
    }

    /// What a reading says of the runner.
    ///
    /// The unit is judged by the readings so far: a record is never rewritten when the unit is settled later, since it
    /// keeps the byte from which it can be computed again.
    pub fn reading(&mut self, at: HostTime, sensor: &SensorId, reading: &RunningReading) -> CadenceRecord {
        let footpod = self.footpod(sensor);
        footpod.unit.observe(reading);
        let cadence = steps_min(reading.cadence_raw, &footpod.unit);
        CadenceRecord {
            at,
            sensor: sensor.clone(),
            athlete: footpod.athlete.clone(),
            cadence_steps_min: cadence.as_ref().ok().copied(),
            unknown_because: cadence.err(),
            cadence_raw: reading.cadence_raw,
            speed_m_s: reading.speed_m_s,
            running: reading.running,
        }
    }

    fn footpod(&mut self, sensor: &SensorId) -> &mut Footpod {
        self.footpods.entry(sensor.clone()).or_default()
    }
}

/// Steps a minute, or why they are unknown.
fn steps_min(raw: u8, ladder: &UnitLadder) -> Result<f64, String> {
    match (raw, ladder.unit()) {
        // who stands takes no steps in any unit
        (0, _) => Ok(0.0),
        (u8::MAX, _) => Err("the footpod's cadence byte is at its end (255)".to_owned()),
        (_, Some(CadenceUnit::Strides)) => Ok(2.0 * f64::from(raw)),
        (_, Some(CadenceUnit::Steps)) => Ok(f64::from(raw)),
        (_, None) => Err(format!(
            "strides or steps? {} of {SETTLING_LEAD} agreeing readings while running; or say the footpod's unit",
            ladder.readings_ahead()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Foot, SensorRole};

    fn reading(speed_m_s: f64, cadence_raw: u8) -> RunningReading {
        RunningReading {
            speed_m_s,
            cadence_raw,
            stride_length_m: None,
            total_distance_m: None,
            running: true,
        }
    }

    fn pod() -> SensorId {
        SensorId::from("pod")
    }

    #[test]
    fn the_unit_is_unknown_until_readings_agree() {
        let mut cadences = Cadences::default();
        let role = SensorRole::Footpod { athlete: AthleteId::from("ada"), foot: Some(Foot::Left) };
        cadences.context(&Context::Sensor(SensorAssignment { sensor: pod(), role }));
        for second in 1..=7 {
            let record = cadences.reading(HostTime(second), &pod(), &reading(3.0, 88));
            assert_eq!((record.cadence_steps_min, record.cadence_raw), (None, 88));
            assert!(record.unknown_because.unwrap().contains(&format!("{second} of 8")));
        }
        let record = cadences.reading(HostTime(8), &pod(), &reading(3.0, 88));
        assert_eq!((record.cadence_steps_min, record.unknown_because), (Some(176.0), None));
        assert_eq!(record.athlete, Some(AthleteId::from("ada")));
        let walking = cadences.reading(HostTime(9), &pod(), &reading(1.2, 55));
        assert_eq!(walking.cadence_steps_min, Some(110.0));
        cadences.context(&Context::Unassigned { sensor: pod() });
        let nobodys = cadences.reading(HostTime(10), &pod(), &reading(1.2, 55));
        assert_eq!((nobodys.athlete, nobodys.cadence_steps_min), (None, Some(110.0)));
    }

    #[test]
    fn a_person_or_a_name_settles_it_at_once() {
        let mut cadences = Cadences::default();
        cadences.name(&pod(), "TICKR X 0815");
        assert_eq!(cadences.reading(HostTime(1), &pod(), &reading(3.0, 90)).cadence_steps_min, Some(90.0));
        cadences.context(&Context::CadenceUnit { sensor: pod(), unit: CadenceUnit::Strides });
        assert_eq!(cadences.reading(HostTime(2), &pod(), &reading(3.0, 90)).cadence_steps_min, Some(180.0));
    }

    #[test]
    fn standing_is_zero_and_a_full_byte_is_unknown() {
        let mut cadences = Cadences::default();
        assert_eq!(cadences.reading(HostTime(1), &pod(), &reading(0.0, 0)).cadence_steps_min, Some(0.0));
        cadences.context(&Context::CadenceUnit { sensor: pod(), unit: CadenceUnit::Steps });
        let full = cadences.reading(HostTime(2), &pod(), &reading(9.0, 255));
        assert_eq!(full.cadence_steps_min, None);
        assert!(full.unknown_because.is_some());
    }
}
