//! Which movements make one set: a pure function of the movements, so that it cannot depend on the order in which
//! the lanes told of them.

use crate::model::{HostTime, SetEnd};

/// What grouping needs to know of one movement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Start of the movement.
    pub(super) started_at: HostTime,
    /// End of its concentric phase.
    pub(super) ended_at: HostTime,
    /// A repetition or an attempt at one: opens a set and keeps it open.
    pub(super) counts: bool,
    /// The bar seems to be put back.
    pub(super) rerack: bool,
}

/// What ends sets besides a time-out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules<'a> {
    /// Time without a repetition, s.
    pub(super) timeout_s: f64,
    /// Time without a repetition after the bar seems to be put back, s.
    pub(super) rerack_quiet_s: f64,
    /// People's cuts: another context, the end of a set.
    pub(super) cuts: &'a [(HostTime, SetEnd)],
}

/// The earliest set among some movements.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Group {
    /// Which of the movements, by their place, are in it.
    pub(super) members: Vec<bool>,
    /// Start of the repetition that opened it.
    pub(super) opened_at: HostTime,
    /// Movements that start later are in another set.
    pub(super) limit: HostTime,
    /// What sets the limit.
    pub(super) end: SetEnd,
}

/// The earliest set among `items` (in order of their start), or `None` where nothing counts yet.
///
/// A set opens with its first repetition (or failed attempt); rejected movements within the time-out before it (the un-rack, the walk-out)
/// come with it. It reaches to the time-out after its last repetition, to a cut or to a re-rack, whichever is first.
pub(super) fn first_group(items: &[Item], rules: Rules<'_>) -> Option<Group> {
    let mut counted = items.iter().filter(|item| item.counts);
    let first = counted.next()?;
    let opened_at = first.started_at;

    let mut last_end = first.ended_at;
    let mut limit = limit_after(last_end, opened_at, items, rules);
    for item in counted {
        if item.started_at > limit.0 {
            break;
        }
        last_end = last_end.max(item.ended_at);
        limit = limit_after(last_end, opened_at, items, rules);
    }
    let earlier_cut = rules.cuts.iter().map(|cut| cut.0).filter(|at| *at < opened_at).max();
    let lead = opened_at.plus_seconds(-rules.timeout_s).max(earlier_cut.unwrap_or(HostTime(i64::MIN)));
    let members = items.iter().map(|item| (lead..=limit.0).contains(&item.started_at)).collect();
    Some(Group { members, opened_at, limit: limit.0, end: limit.1 })
}

/// Where a set ends whose last repetition so far ended at `last_end`.
fn limit_after(
    last_end: HostTime,
    opened_at: HostTime,
    items: &[Item],
    rules: Rules<'_>,
) -> (HostTime, SetEnd) {
    let cuts = rules.cuts.iter().copied().filter(|(at, _)| *at >= opened_at);
    let reracks = items.iter().filter(|item| item.rerack && item.started_at >= last_end);
    let reracks = reracks.map(|item| (item.ended_at.plus_seconds(rules.rerack_quiet_s), SetEnd::Rerack));
    let silence = (last_end.plus_seconds(rules.timeout_s), SetEnd::Timeout);
    cuts.chain(reracks).fold(silence, |earliest, end| if end.0 < earliest.0 { end } else { earliest })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> HostTime {
        HostTime::default().plus_seconds(seconds)
    }

    /// A movement of one second.
    fn item(start_s: f64, counts: bool) -> Item {
        Item { started_at: at(start_s), ended_at: at(start_s + 1.0), counts, rerack: false }
    }

    fn rerack(start_s: f64) -> Item {
        Item { rerack: true, ..item(start_s, false) }
    }

    fn group(items: &[Item], cuts: &[(HostTime, SetEnd)]) -> Option<Group> {
        first_group(items, Rules { timeout_s: 30.0, rerack_quiet_s: 10.0, cuts })
    }

    #[test]
    fn rejected_movements_open_nothing_and_join_what_opens_soon_after() {
        assert_eq!(group(&[item(0.0, false)], &[]), None);
        let set = group(&[item(0.0, false), item(60.0, false), item(70.0, true)], &[]).unwrap();
        assert_eq!(set.members, [false, true, true]);
        assert_eq!((set.opened_at, set.limit, set.end), (at(70.0), at(101.0), SetEnd::Timeout));
    }

    #[test]
    fn a_cut_ends_the_set_and_keeps_what_came_before_it_from_the_next() {
        let items = [item(0.0, true), item(9.0, false), item(12.0, false), item(15.0, true)];
        let cut = [(at(10.0), SetEnd::Context)];
        let set = group(&items, &cut).unwrap();
        assert_eq!((set.members, set.end), (vec![true, true, false, false], SetEnd::Context));
        let next = group(&items[1..], &cut).unwrap();
        assert_eq!((next.members, next.end), (vec![false, true, true], SetEnd::Timeout));
    }

    #[test]
    fn a_rerack_counts_only_when_no_repetition_follows() {
        let fidget = group(&[item(0.0, true), rerack(2.0), item(12.0, true)], &[]).unwrap();
        assert_eq!((fidget.limit, fidget.end), (at(43.0), SetEnd::Timeout));
        let racked = group(&[item(0.0, true), rerack(2.0), item(14.0, true)], &[]).unwrap();
        assert_eq!((racked.members, racked.limit), (vec![true, true, false], at(13.0)));
        assert_eq!(racked.end, SetEnd::Rerack);
    }

    #[test]
    fn repetitions_further_apart_than_the_time_out_are_two_sets() {
        let set = group(&[item(0.0, true), item(31.0, true), item(62.1, true)], &[]).unwrap();
        assert_eq!(set.members, [true, true, false]);
        assert_eq!(set.limit, at(62.0));
    }
}
