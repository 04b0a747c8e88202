//! All that a station's screen shows, read from the journal at one moment.

use super::problem::Problem;
use super::state::{StationSetup, Web};
use super::views::advice::Advice;
use super::views::device::DeviceRecord;
use super::views::people::{Cadence, Context};
use super::views::rep::Rep;
use super::views::sensor::{Sensor, SensorRole};
use super::views::set::{Session, SetRecord};
use super::views::station::{Gym, Rest, Snapshot, Station};
use super::views::time::{Moments, rfc3339};
use crate::model::{AthleteId, HostTime, SensorId, StationContext, StationId};
use crate::store::{
    AdviceFilter, Advised, Page, Placed, Reader, RepFilter, SessionFilter, SetFilter, StoreError,
};
use std::collections::BTreeSet;

/// Sets shown before the present one.
const PREVIOUS_SETS: u32 = 10;
/// What a runner or a device said longer ago is not of now.
const FRESH_NS: i64 = 10_000_000_000;

impl Web {
    /// The station as it is now. Blocks for the reading.
    ///
    /// `seq` is read first: what is committed meanwhile may be in here and comes again in the stream, which does no
    /// harm, because revisions tell what is newer.
    pub(crate) fn snapshot(&self, id: &StationId) -> Result<Snapshot, Problem> {
        let setup = self.station(id)?;
        let reader = self.reader();
        let seq = reader.last_seq()?;
        let (context, said) = context(reader, id)?;
        let session = latest_session(reader, id)?;
        let mut sets = match &session {
            Some(session) => session_sets(reader, session)?,
            None => Vec::new(),
        }
        .into_iter();
        let set = sets.next();
        let exercise = said.exercise.as_ref().and_then(|exercise| self.exercise(exercise));
        let athlete = said.athlete.as_ref().map(|athlete| self.athlete(athlete)).transpose()?.flatten();
        Ok(Snapshot {
            server_time: rfc3339(self.wall().now().utc_ns),
            seq,
            gym: self.gym(),
            station: (&setup).into(),
            reps: set.as_ref().map(|set| reps(reader, set)).transpose()?.unwrap_or_default(),
            advice: set.as_ref().map(|set| advice(reader, set)).transpose()?.unwrap_or_default(),
            rest: set.as_ref().and_then(|set| self.rest(set, &said)),
            previous_sets: sets.map(|set| SetRecord::of(&set.value, &set.clock)).collect(),
            set: set.map(|set| SetRecord::of(&set.value, &set.clock)),
            session: session.map(|session| Session::of(&session.value, &session.clock)),
            context,
            sensors: self.sensors()?.into_iter().filter(|sensor| belongs(sensor, id)).collect(),
            cadence: self.cadence()?,
            devices: self.devices()?,
            exercise: exercise.map(Into::into),
            athlete: athlete.as_ref().map(Into::into),
            unlabelled_sets: reader.unlabelled_sets(Some(id))?,
        })
    }

    pub(crate) fn gym(&self) -> Gym {
        let gym = &self.config().gym;
        Gym { name: gym.name.clone(), time_zone: gym.time_zone.clone() }
    }

    /// All sensors that were ever seen or spoken of, by name.
    pub(crate) fn sensors(&self) -> Result<Vec<Sensor>, Problem> {
        let (reported, profiles) = (self.reader().sensors()?, self.reader().sensor_profiles()?);
        let names = reported.iter().map(|status| &status.value.sensor);
        let names: BTreeSet<&SensorId> =
            names.chain(profiles.iter().map(|profile| &profile.sensor)).collect();
        let sensors = names.into_iter().map(|name| {
            let status = reported.iter().find(|status| status.value.sensor == *name);
            let status = status.map(|status| (&status.value, status.clock.moment(status.value.at)));
            Sensor::of(name, status, profiles.iter().find(|profile| profile.sensor == *name))
        });
        Ok(sensors.collect())
    }

    /// An athlete by identifier.
    pub(crate) fn athlete(&self, id: &AthleteId) -> Result<Option<crate::model::AthleteProfile>, StoreError> {
        Ok(self.reader().athletes()?.into_iter().find(|athlete| athlete.id == *id))
    }

    /// The latest cadence of each footpod, where it is of now.
    fn cadence(&self) -> Result<Vec<Cadence>, Problem> {
        let latest = self.reader().latest_cadence()?;
        let fresh = latest.iter().filter(|one| self.is_of_now(one, one.value.at));
        Ok(fresh.map(|one| Cadence::of(&one.value, &one.clock)).collect())
    }

    /// The latest word of each device that measures by itself, where it is of now.
    fn devices(&self) -> Result<Vec<DeviceRecord>, Problem> {
        let latest = self.reader().latest_device_records()?;
        let fresh = latest.iter().filter(|one| self.is_of_now(one, one.value.at));
        Ok(fresh.map(|one| DeviceRecord::of(&one.value, &one.clock)).collect())
    }

    fn is_of_now<T>(&self, record: &Placed<T>, at: HostTime) -> bool {
        let now = self.wall().now().utc_ns;
        let at = record.utc(at);
        at.is_some_and(|at| now.saturating_sub(at.ns).saturating_abs() <= FRESH_NS)
    }

    /// The rest after a closed set: as planned, else as usual for its exercise.
    fn rest(&self, set: &Placed<crate::model::SetRecord>, said: &StationContext) -> Option<Rest> {
        let ended = set.value.ended_at?;
        let usual = || Some(self.exercise(set.value.exercise.as_ref()?)?.rest_s);
        Some(Rest { since: set.clock.moment(ended).rfc3339, planned_s: said.planned_rest_s.or_else(usual) })
    }
}

/// What was last said at a station, as the API shows it and as the model has it.
pub(crate) fn context(reader: &Reader, id: &StationId) -> Result<(Context, StationContext), StoreError> {
    let state = reader.station_context(id)?;
    let (context, seq) = state.map_or_else(Default::default, |state| (state.context, state.seq));
    Ok((Context::of(&context, seq), context))
}

fn latest_session(
    reader: &Reader,
    station: &StationId,
) -> Result<Option<Placed<crate::model::SessionRecord>>, StoreError> {
    let page = Page { after: None, limit: 1, newest_first: true };
    let filter =
        SessionFilter { station: Some(station.clone()), open: Some(true), page, ..Default::default() };
    Ok(reader.sessions(&filter)?.pop())
}

/// The session's sets, newest first.
fn session_sets(
    reader: &Reader,
    session: &Placed<crate::model::SessionRecord>,
) -> Result<Vec<Placed<crate::model::SetRecord>>, StoreError> {
    let page = Page { after: None, limit: PREVIOUS_SETS + 1, newest_first: true };
    reader.sets(&SetFilter { session: Some(session.value.id), page, ..Default::default() })
}

/// The set's movements in its own order.
fn reps(reader: &Reader, set: &Placed<crate::model::SetRecord>) -> Result<Vec<Rep>, StoreError> {
    let mut reps = reader.reps(&RepFilter { set: Some(set.value.id), ..Default::default() })?;
    reps.sort_by_key(|rep| set.value.reps.iter().position(|id| *id == rep.value.id).unwrap_or(usize::MAX));
    Ok(reps.iter().map(|rep| Rep::of(&rep.value, &rep.clock)).collect())
}

fn advice(reader: &Reader, set: &Placed<crate::model::SetRecord>) -> Result<Vec<Advice>, StoreError> {
    let page = Page { newest_first: true, ..Page::default() };
    let filter = AdviceFilter { set: Some(set.value.id), current: true, page, ..Default::default() };
    Ok(reader.advice(&filter)?.iter().map(advised).collect())
}

/// Advice as the API shows it.
pub(crate) fn advised(advised: &Placed<Advised>) -> Advice {
    Advice::of(&advised.value.advice, advised.value.superseded_by.is_some(), &advised.clock)
}

/// Whether a sensor shows at a station: its own, footpods, and those nobody has said anything of.
fn belongs(sensor: &Sensor, id: &StationId) -> bool {
    match &sensor.role {
        Some(SensorRole::Bar { station, .. }) => station == id.as_str(),
        _ => true,
    }
}

impl From<&StationSetup> for Station {
    fn from(setup: &StationSetup) -> Self {
        Self {
            id: setup.id.to_string(),
            name: setup.name.clone(),
            bar_kg: setup.bar_kg,
            plates_per_side_kg: setup.plates_per_side_kg.clone(),
        }
    }
}
