//! What a person's wish becomes for the engine.

use crate::model::{
    Change, Command, Context, Event, HostTime, Input, Notice, NoticeKind, Order, PastSet, Rep,
    SensorAssignment, SetRecord,
};
use crate::store::{Reader, RepFilter, StoreError};
use crate::web::Refusal;

/// The inputs of a wish. An order about a set of the past brings the set along, in case that the engine has forgotten it.
pub(super) fn inputs(change: &Change, at: HostTime, reader: &Reader) -> Result<Vec<Input>, Refusal> {
    let context = |context| Input::Context { at, context };
    Ok(match change {
        Change::Order(order) => {
            let past = past_set(order, reader)?.map(|past| context(Context::PastSet(Box::new(past))));
            let command = Input::Command(Command { at, order: order.clone() });
            past.into_iter().chain([command]).collect()
        }
        Change::Athlete(profile) => vec![context(Context::Athlete(profile.athlete()))],
        Change::Sensor(profile) => {
            let sensor = &profile.sensor;
            let role = profile.role.clone();
            let role = role.map(|role| Context::Sensor(SensorAssignment { sensor: sensor.clone(), role }));
            let role = role.unwrap_or_else(|| Context::Unassigned { sensor: sensor.clone() });
            let unit = profile.cadence_unit;
            let unit = unit.map(|unit| Context::CadenceUnit { sensor: sensor.clone(), unit });
            [role].into_iter().chain(unit).map(context).collect()
        }
        Change::Token(_) => Vec::new(),
    })
}

/// The closed set that an order is about.
fn past_set(order: &Order, reader: &Reader) -> Result<Option<PastSet>, Refusal> {
    let set = match order {
        Order::SetStation { .. } | Order::EndSet { .. } | Order::EndSession { .. } => return Ok(None),
        Order::LabelSet { set, .. } => *set,
        Order::RestoreRep { rep } | Order::RejectRep { rep } | Order::SideRep { rep, .. } => {
            let placed = reader.rep(*rep).map_err(|error| refused(&error))?;
            let placed = placed.ok_or_else(|| Refusal::Unknown(format!("there is no repetition {rep}")))?;
            match placed.value.set {
                Some(set) => set,
                None => return Ok(None),
            }
        }
    };
    let record = reader.set(set).map_err(|error| refused(&error))?;
    let record = record.ok_or_else(|| Refusal::Unknown(format!("there is no set {set}")))?.value;
    if record.ended_at.is_none() {
        return Ok(None);
    }
    let reps = reps_of(&record, reader)?;
    Ok(Some(PastSet { record, reps }))
}

/// In the order of their set, which is that of time; the store's is that of numbers, and a movement that was found late
/// has a higher one than its successor.
fn reps_of(record: &SetRecord, reader: &Reader) -> Result<Vec<Rep>, Refusal> {
    let placed = reader
        .reps(&RepFilter { set: Some(record.id), ..RepFilter::default() })
        .map_err(|error| refused(&error))?;
    let mut reps: Vec<Rep> = placed.into_iter().map(|rep| rep.value).collect();
    reps.sort_by_key(|rep| record.reps.iter().position(|id| *id == rep.id));
    Ok(reps)
}

/// Why the engine did not do what a wish asked for, by what it gave out on that: an order that it can't carry out, or
/// one on which it failed, is told in a notice.
pub(super) fn refusal(events: &[Event]) -> Option<Refusal> {
    events.iter().find_map(|event| match event {
        Event::Notice(Notice { sensor: None, kind, message, .. }) => match kind {
            NoticeKind::UnknownName | NoticeKind::BadValue => Some(Refusal::Conflict(message.clone())),
            NoticeKind::Incident => Some(Refusal::Failed(message.clone())),
            _ => None,
        },
        _ => None,
    })
}

/// The store could not be asked.
pub(super) fn refused(error: &StoreError) -> Refusal {
    Refusal::Store(error.to_string())
}
