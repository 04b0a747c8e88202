//! The gym's own calendar.

use crate::store::Utc;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Moments and days as people in the gym's time zone write them.
#[derive(Clone, Debug)]
pub struct Calendar(TimeZone);

impl Calendar {
    /// The calendar of a time zone by its IANA name; of UTC where there is no such zone.
    #[must_use]
    pub fn of(time_zone: &str) -> Self {
        Self(TimeZone::get(time_zone).unwrap_or(TimeZone::UTC))
    }

    /// The moment that a person wrote: a day (its beginning here) or RFC 3339, ns since 1970-01-01 UTC.
    pub fn read(&self, text: &str) -> Result<i64, String> {
        let day = || text.parse::<Date>().ok()?.to_zoned(self.0.clone()).ok().map(|day| day.timestamp());
        let moment = text.parse::<Timestamp>().ok().or_else(day);
        moment.and_then(|moment| i64::try_from(moment.as_nanosecond()).ok()).ok_or_else(|| {
            format!(
                "`{text}` is no date; write it like 2026-03-01, or with a time like 2026-03-01T18:30:00+01:00"
            )
        })
    }

    /// RFC 3339 in UTC, with milliseconds.
    pub(super) fn moment(utc: Utc) -> Option<String> {
        let moment = Timestamp::from_nanosecond(utc.ns.into()).ok()?;
        Some(moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
    }

    /// Date, time and zone here, for people.
    #[must_use]
    pub fn words(&self, utc: Utc) -> Option<String> {
        let moment = Timestamp::from_nanosecond(utc.ns.into()).ok()?.to_zoned(self.0.clone());
        let doubt = if utc.certain { "" } else { " (by a clock that was not synchronised)" };
        Some(format!("{}{doubt}", moment.strftime("%Y-%m-%d %H:%M:%S %Z")))
    }

    /// The day here.
    pub(super) fn day(&self, utc: Utc) -> Option<String> {
        let moment = Timestamp::from_nanosecond(utc.ns.into()).ok()?;
        Some(moment.to_zoned(self.0.clone()).date().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_when_it_begins_in_the_gym() {
        let berlin = Calendar::of("Europe/Berlin");
        let midnight = berlin.read("2026-03-01").unwrap();
        assert_eq!(berlin.read("2026-03-01T00:00:00+01:00"), Ok(midnight));
        assert_eq!(berlin.read("2026-02-28T23:00:00Z"), Ok(midnight));
        let utc = |ns| Utc { ns, certain: true };
        assert_eq!(berlin.day(utc(midnight)).as_deref(), Some("2026-03-01"));
        assert_eq!(berlin.day(utc(midnight - 1)).as_deref(), Some("2026-02-28"));
        assert_eq!(Calendar::moment(utc(midnight + 7_999_999)).as_deref(), Some("2026-02-28T23:00:00.007Z"));
        assert_eq!(Calendar::of("Not/There").read("2026-03-01"), Ok(midnight + 3_600_000_000_000));
    }

    #[test]
    fn what_is_no_date_says_how_one_is_written() {
        for wrong in ["", "yesterday", "2026-13-01", "01.03.2026", "9999-01-01"] {
            assert!(Calendar::of("UTC").read(wrong).unwrap_err().contains("like 2026-03-01"), "{wrong}");
        }
    }
}
