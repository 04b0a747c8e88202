//! Where the inputs of a daemon come from.

use super::error::DaemonError;
use super::opening::hex;
use crate::model::{
    Advice, AthleteId, AthleteProfile, CadenceUnit, Change, SensorAssignment, SensorProfile, SensorRole,
    StationId,
};
use crate::radio::capture::{CaptureHeader, CaptureReader};
use crate::radio::replay::Replay;
use crate::radio::simulated::{Coached, Simulated};
use crate::radio::{Radio, Speed};
use crate::sensors::home_made::HomeMade;
use crate::simulate::imu::ImuFaults;
use crate::simulate::lift::{LIFTS, Lift};
use crate::simulate::link::LinkFaults;
use crate::simulate::random::Random;
use crate::simulate::run::RunPlan;
use crate::simulate::sensor::{ClockFaults, SensorPlan};
use crate::simulate::session::{BarPlan, Rest, SessionPlan, Sets};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;

/// A recording that can be replayed.
#[derive(Debug)]
pub(super) struct Recording {
    path: PathBuf,
    reader: CaptureReader<BufReader<File>>,
    /// SHA-256 of the file, hexadecimal: the same file is the same recording wherever it lies.
    pub(super) sha256: String,
}

impl Recording {
    pub(super) fn open(path: &Path) -> Result<Self, DaemonError> {
        let unreadable = |reason| DaemonError::Unreadable { path: path.to_owned(), reason };
        let sha256 = sha256(File::open(path).map_err(unreadable)?).map_err(unreadable)?;
        let file = File::open(path).map_err(unreadable)?;
        let reader = CaptureReader::new(BufReader::with_capacity(1 << 16, file));
        let reader = reader.map_err(|reason| DaemonError::NoCapture { path: path.to_owned(), reason })?;
        Ok(Self { path: path.to_owned(), reader, sha256 })
    }

    pub(super) fn header(&self) -> &CaptureHeader {
        self.reader.header()
    }

    /// The recording as a radio that leaves out what it has delivered before.
    pub(super) fn radio(
        self,
        speed: Speed,
        known: Vec<SensorAssignment>,
        home_made: &[HomeMade],
        delivered: u64,
    ) -> Box<dyn Radio> {
        let name = format!("replay of {}", self.path.display());
        let home_made = home_made.iter().cloned().map(Into::into).collect();
        let replay = Replay::new(name, self.reader, speed, known);
        Box::new(replay.with_home_made(home_made).skipping(delivered))
    }
}

fn sha256(mut file: File) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
    }
    Ok(hex(&hash.finalize()))
}

/// Who is in the demonstration.
const LIFTER: &str = "demo";
const RUNNER: &str = "runner";
/// Decides what is drawn in it.
const DEMO_SEED: u64 = 7;
/// The plates are on the bar already when the demonstration begins, s.
pub(super) const DEMO_HEAD_START_S: f64 = 4.0;
/// So long does somebody run, minutes.
const DEMO_RUN_MINUTES: f64 = 20.0;
/// So often in a row: a day.
const DEMO_RUNS: usize = 72;

/// A training session that goes on for ever: somebody squats by the coach's advice, somebody runs.
pub(super) fn demo(station: &StationId, advice: mpsc::Receiver<Advice>) -> Box<dyn Radio> {
    // the first of the lifts is the squat
    let lift = Lift::of("back_squat").unwrap_or(&LIFTS[0]);
    let athlete = Coached::squatting(station.clone(), AthleteId::from(LIFTER), lift, advice);
    Box::new(Simulated::coached(&demo_plan(), athlete, Speed::REAL, DEMO_HEAD_START_S))
}

fn demo_plan() -> SessionPlan {
    let mut random = Random::of_part(DEMO_SEED, 1);
    let mut run = RunPlan::session(CadenceUnit::Strides, DEMO_RUN_MINUTES, &mut random);
    run.phases = run.phases.repeat(DEMO_RUNS);
    let sensor =
        SensorPlan { imu: ImuFaults::CONSUMER, clock: ClockFaults::ORDINARY, ..SensorPlan::default() };
    SessionPlan {
        seed: DEMO_SEED,
        bars: vec![BarPlan { sets: Sets::Called, rest: Rest::Seconds(0.0) }],
        run: Some(run),
        sensor,
        link: LinkFaults::LIGHT,
        reboot: 0.0,
    }
}

/// What people would have said before the demonstration: who they are and whose the sensors are.
pub(super) fn demo_changes(station: &StationId) -> Vec<Change> {
    let athlete = |id: &str, name: &str, body_mass_kg| {
        Change::Athlete(AthleteProfile {
            id: id.into(),
            name: name.to_owned(),
            body_mass_kg: Some(body_mass_kg),
        })
    };
    let sensor = |sensor: &str, name: &str, role, cadence_unit| {
        Change::Sensor(SensorProfile {
            sensor: sensor.into(),
            name: Some(name.to_owned()),
            role: Some(role),
            cadence_unit,
        })
    };
    let bar = SensorRole::Bar { station: station.clone(), mount: None, side: None };
    let foot = SensorRole::Footpod { athlete: RUNNER.into(), foot: None };
    vec![
        athlete(LIFTER, "Demo athlete", 78.0),
        athlete(RUNNER, "Demo runner", 62.0),
        sensor("sim-bar-1", "Bar sensor", bar, None),
        sensor("sim-footpod", "Footpod", foot, Some(CadenceUnit::Strides)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::seconds_from_nanos;
    use crate::simulate::session::Session;

    #[test]
    fn the_first_repetition_of_the_demonstration_comes_soon_but_not_before_a_page_is_open() {
        let (_coach, advice) = mpsc::channel(1);
        let lift = Lift::of("back_squat").unwrap();
        let mut athlete = Coached::squatting("rack-1".into(), LIFTER.into(), lift, advice);
        let mut session = Session::new(&demo_plan());
        while let Some(input) = session.next() {
            athlete.go_on(seconds_from_nanos(input.at().0), &mut session);
            if let Some(set) = session.truth().bars[0].sets.first() {
                let first = set.reps().next().unwrap().1.end_s - DEMO_HEAD_START_S;
                assert!((3.0..12.0).contains(&first), "{first}");
                return;
            }
        }
        panic!("nobody lifts");
    }
}
