//! Repetitions out of a table: which column is what, and in which unit.

use super::csv::{number, records};
use super::{Metric, Unit};
use std::collections::BTreeSet;

/// Velocities above this are no barbell's, m/s: the unit is another one.
const FASTEST_M_S: f64 = 6.0;

/// Columns by name, where a person named them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Columns {
    velocity: Option<String>,
    time: Option<String>,
}

/// What is wanted of a table.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) metric: Metric,
    pub(super) columns: Columns,
    pub(super) unit: Option<Unit>,
}

/// The repetitions of one table, by time where there is one.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Measured {
    pub(super) velocities_m_s: Vec<f64>,
    /// Rising; of the file's own clock.
    pub(super) times_s: Option<Vec<f64>>,
    /// The columns that were taken.
    pub(super) velocity_column: String,
    pub(super) time_column: Option<String>,
    /// Lines that were left out, and why.
    pub(super) left_out: Vec<String>,
    /// Lines of repetitions that don't count.
    pub(super) not_counted: usize,
}

impl Columns {
    /// `velocity=NAME,time=NAME`, each optional.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut columns = Self::default();
        for part in text.split(',') {
            match part.split_once('=').map(|(key, name)| (key.trim(), name.trim().to_owned())) {
                Some((_, name)) if name.is_empty() => return Err(format!("`{part}` names no column")),
                Some(("velocity", name)) => columns.velocity = Some(name),
                Some(("time", name)) => columns.time = Some(name),
                _ => return Err(format!("`{part}` is not `velocity=NAME` or `time=NAME`")),
            }
        }
        Ok(columns)
    }
}

impl Measured {
    /// Reads a table.
    pub(super) fn read(text: &str, wanted: &Wanted) -> Result<Self, String> {
        let (separator, records) = records(text);
        let mut records = records.into_iter();
        let Some((_, header)) = records.next() else { return Err("the file is empty".to_owned()) };
        let velocity = column(&header, wanted.columns.velocity.as_deref(), &velocity_names(wanted.metric))?
            .ok_or_else(|| unknown("velocity", &header))?;
        let time = column(&header, wanted.columns.time.as_deref(), &TIME_NAMES)?;
        let accepted = column(&header, None, &["accepted"])?;
        let factor = wanted.unit.or_else(|| unit_of(&header[velocity])).map_or(1.0, to_m_s);
        let mut measured = Self {
            velocity_column: header[velocity].trim().to_owned(),
            time_column: time.map(|time| header[time].trim().to_owned()),
            ..Self::default()
        };
        let mut rows: Vec<(f64, f64)> = Vec::new();
        for (line, record) in records {
            let field = |index: usize| record.get(index).map_or("", String::as_str).trim();
            if accepted.is_some_and(|index| field(index) == "false") {
                measured.not_counted += 1;
                continue;
            }
            let Some(velocity) = number(field(velocity), separator) else {
                measured.left_out.push(format!("line {line}: `{}` is no velocity", field(velocity)));
                continue;
            };
            let Some(time) = time.map_or(Some(0.0), |index| seconds(field(index), separator)) else {
                let field = time.map_or("", field);
                measured.left_out.push(format!("line {line}: `{field}` is no time"));
                continue;
            };
            rows.push((time, velocity * factor));
        }
        if time.is_some() {
            rows.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        (measured.times_s, measured.velocities_m_s) =
            (time.map(|_| rows.iter().map(|row| row.0).collect()), rows.iter().map(|row| row.1).collect());
        measured.check()?;
        Ok(measured)
    }

    /// Whether these can be velocities of a bar.
    fn check(&self) -> Result<(), String> {
        let Some(fastest) = self.velocities_m_s.iter().copied().reduce(f64::max) else {
            let why = self.left_out.first().map(|why| format!("; first: {why}")).unwrap_or_default();
            return Err(format!("no repetition with a number in `{}`{why}", self.velocity_column));
        };
        if fastest > FASTEST_M_S {
            return Err(format!(
                "`{}` goes up to {fastest} m/s, which no bar does: say its unit with --unit, such as --unit cm/s",
                self.velocity_column
            ));
        }
        Ok(())
    }
}

/// Names of a column of time, likeliest first, in the form of [`plain`].
const TIME_NAMES: [&str; 17] = [
    "endedat",
    "timestamp",
    "datetime",
    "time",
    "times",
    "ts",
    "starttime",
    "endtime",
    "repstart",
    "repend",
    "starts",
    "ends",
    "createdat",
    "seconds",
    "elapsed",
    "elapsedtime",
    "date",
];

/// Names of a column of velocity, likeliest first, in the form of [`plain`].
fn velocity_names(metric: Metric) -> Vec<&'static str> {
    match metric {
        Metric::Mean => vec![
            "meanvelocity",
            "meanconcentricvelocity",
            "averagevelocity",
            "avgvelocity",
            "averageconcentricvelocity",
            "avgconcentricvelocity",
            "mcv",
            "acv",
            "mv",
            "meanvel",
            "avgvel",
            "velocitymean",
            "velocityavg",
            "velocity",
        ],
        Metric::Propulsive => {
            vec![
                "meanpropulsivevelocity",
                "mpv",
                "propulsivevelocity",
                "avgpropulsivevelocity",
                "meanpropvel",
            ]
        }
        Metric::Peak => vec![
            "peakvelocity",
            "maxvelocity",
            "maximumvelocity",
            "peakconcentricvelocity",
            "pv",
            "pcv",
            "vmax",
            "peakvel",
            "maxvel",
        ],
    }
}

/// Units in the names of columns, in the form of [`plain`].
const UNITS: [(&str, Unit); 8] = [
    ("mms", Unit::Millimetres),
    ("mmpers", Unit::Millimetres),
    ("cms", Unit::Centimetres),
    ("cmpers", Unit::Centimetres),
    ("ms", Unit::Metres),
    ("mpers", Unit::Metres),
    ("mps", Unit::Metres),
    ("msec", Unit::Metres),
];

fn to_m_s(unit: Unit) -> f64 {
    match unit {
        Unit::Metres => 1.0,
        Unit::Centimetres => 0.01,
        Unit::Millimetres => 0.001,
    }
}

/// A name without case, spaces and signs.
fn plain(name: &str) -> String {
    name.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A plain name without the unit at its end, in brackets or not, as far as what is left is a name.
fn without_unit(name: &str) -> String {
    let before = name.split(['(', '[']).next().map(plain).filter(|before| !before.is_empty());
    let name = before.unwrap_or_else(|| plain(name));
    let cut = UNITS.iter().find_map(|(unit, _)| name.strip_suffix(unit).filter(|rest| rest.len() > 1));
    cut.unwrap_or(&name).to_owned()
}

fn unit_of(name: &str) -> Option<Unit> {
    let name = plain(name);
    UNITS.iter().find(|(unit, _)| name.ends_with(unit)).map(|(_, unit)| *unit)
}

/// The column that a person named, or the likeliest of these names.
fn column(header: &[String], named: Option<&str>, names: &[&str]) -> Result<Option<usize>, String> {
    if let Some(named) = named {
        let same = |other: &String| other.trim() == named || plain(other) == plain(named);
        let index = header.iter().position(same);
        return index.map(Some).ok_or_else(|| unknown(named, header));
    }
    let known: Vec<String> = header.iter().map(|name| without_unit(name)).collect();
    let whole: Vec<String> = header.iter().map(|name| plain(name)).collect();
    let found = names
        .iter()
        .find_map(|name| known.iter().zip(&whole).position(|(short, long)| short == name || long == name));
    Ok(found)
}

fn unknown(what: &str, header: &[String]) -> String {
    let names: BTreeSet<&str> = header.iter().map(|name| name.trim()).collect();
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    format!(
        "no column of {what} was recognised; there are {}. Name them: --columns 'velocity=NAME,time=NAME'",
        names.join(", ")
    )
}

/// A time in seconds: a number (of milliseconds when it can only be those), a date with a time, or a time of day.
fn seconds(field: &str, separator: char) -> Option<f64> {
    // seconds since 1970 have ten digits, milliseconds thirteen
    const MILLISECONDS_FROM: f64 = 1e11;
    if let Some(number) = number(field, separator) {
        return Some(if number.abs() >= MILLISECONDS_FROM { number / 1e3 } else { number });
    }
    let nanos = |nanos: i128| nanos as f64 / 1e9;
    if let Ok(moment) = field.parse::<jiff::Timestamp>() {
        return Some(nanos(moment.as_nanosecond()));
    }
    if let Ok(moment) = field.parse::<jiff::civil::DateTime>() {
        let zoned = moment.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
        return Some(nanos(zoned.timestamp().as_nanosecond()));
    }
    let time = field.parse::<jiff::civil::Time>().ok()?;
    Some(nanos(time.since(jiff::civil::Time::midnight()).ok()?.total(jiff::Unit::Nanosecond).ok()? as i128))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(columns: &str) -> Wanted {
        let columns = if columns.is_empty() { Columns::default() } else { Columns::parse(columns).unwrap() };
        Wanted { metric: Metric::Mean, columns, unit: None }
    }

    #[test]
    fn common_headers_are_recognised() {
        for (header, factor) in [
            ("Timestamp,Mean Velocity (m/s)", 1.0),
            ("time;Avg Velocity [cm/s]", 0.01),
            ("Elapsed Time\tMCV", 1.0),
            ("rep,ended_at,mean_velocity_m_s", 1.0),
            ("Start Time (s),ACV (mm/s)", 0.001),
        ] {
            let separator = records(header).0;
            let columns = header.matches(separator).count();
            let row = if columns == 2 { "1,5,0.5".to_owned() } else { format!("5{separator}0.5") };
            let measured = Measured::read(&format!("{header}\n{row}\n"), &wanted("")).unwrap();
            assert_eq!(measured.velocities_m_s, [0.5 * factor], "{header}");
            assert_eq!(measured.times_s, Some(vec![5.0]), "{header}");
        }
    }

    #[test]
    fn what_does_not_count_or_is_no_number_is_told() {
        let text = "accepted,ended_at,mean_velocity_m_s\ntrue,2026-03-01T17:30:02.5Z,0.5\nfalse,2026-03-01T17:30:09Z,0.1\n\
            true,2026-03-01T17:30:05Z,\ntrue,never,0.4\ntrue,2026-03-01T17:30:01Z,0.6\n";
        let measured = Measured::read(text, &wanted("")).unwrap();
        assert_eq!(measured.velocities_m_s, [0.6, 0.5], "in order of time");
        let times = measured.times_s.unwrap();
        assert!((times[1] - times[0] - 1.5).abs() < 1e-6);
        assert_eq!(measured.not_counted, 1);
        assert_eq!(measured.left_out, ["line 4: `` is no velocity", "line 5: `never` is no time"]);
    }

    #[test]
    fn wrong_tables_say_what_to_do() {
        let wrong = |text: &str, columns: &str| Measured::read(text, &wanted(columns)).unwrap_err();
        assert!(wrong("a,b\n1,2\n", "").contains("there are `a`, `b`. Name them: --columns"));
        assert!(wrong("a,b\n1,2\n", "velocity=c").contains("no column of c was recognised"));
        assert!(wrong("time,velocity\n1,53\n", "").contains("--unit cm/s"));
        assert!(wrong("time,velocity\n", "").contains("no repetition with a number in `velocity`"));
        assert_eq!(wrong("", ""), "the file is empty");
        assert!(Columns::parse("speed=x").is_err() && Columns::parse("velocity=").is_err());
    }

    #[test]
    fn times_are_numbers_dates_or_times_of_day() {
        for (field, expected) in [
            ("12.5", 12.5),
            ("1772386200000", 1_772_386_200.0),
            ("2026-03-01T17:30:00Z", 1_772_386_200.0),
            ("2026-03-01 17:30:00", 1_772_386_200.0),
            ("00:01:02.500", 62.5),
        ] {
            assert_eq!(seconds(field, ','), Some(expected), "{field}");
        }
        assert_eq!(seconds("soon", ','), None);
    }
}
