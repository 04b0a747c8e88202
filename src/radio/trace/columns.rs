//! The columns of a trace: where they are and what a line says in them.

use super::TraceError;
use crate::model::ImuSample;
use crate::radio::lines::{LINE_LIMIT, excerpt};
use thiserror::Error;

/// Columns that a trace must have; the others are ignored.
const REQUIRED: [&str; 4] = ["t_s", "ax_m_s2", "ay_m_s2", "az_m_s2"];
/// Columns of the gyroscope: all three or none.
pub(super) const GYROSCOPE: [&str; 3] = ["gx_rad_s", "gy_rad_s", "gz_rad_s"];
const COLUMNS: usize = REQUIRED.len() + GYROSCOPE.len();

/// Latest time, s: beyond the year 2090 even where `t_s` counts from 1970. More is a wrong unit.
const T_LIMIT_S: f64 = 4e9;
/// Largest acceleration, m/s², and largest turning rate, rad/s: far beyond what sensors on a bar measure, and no more
/// than what motion believes, which would drop a sample without naming its line.
const ACCEL_LIMIT_M_S2: f64 = 1e4;
const GYRO_LIMIT_RAD_S: f64 = 1e3;

/// Why one line can't be used.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum LineFault {
    /// The line ends too soon.
    #[error("no value for `{column}`")]
    Missing {
        /// The column.
        column: &'static str,
    },
    /// Not a number.
    #[error("`{column}` is not a number: `{found}`")]
    NotANumber {
        /// The column.
        column: &'static str,
        /// What stands there.
        found: String,
    },
    /// NaN or infinite.
    #[error("`{column}` is not finite")]
    NotFinite {
        /// The column.
        column: &'static str,
    },
    /// A number that no sensor sends.
    #[error("`{column}` is out of range: {value:e} (at most {limit:e}); check its unit")]
    OutOfRange {
        /// The column.
        column: &'static str,
        /// The number.
        value: f64,
        /// The largest that is believed.
        limit: f64,
    },
    /// More values than the header has columns.
    #[error("more values than columns, {found} for {columns}; decimal commas? Write `.`")]
    TooMany {
        /// Values in the line.
        found: usize,
        /// Columns in the header.
        columns: usize,
    },
    /// Too long after the first line.
    #[error("{t_s} s is too long after the first line, at {first_s} s; check its unit")]
    TooLate {
        /// Time of the first usable line, s.
        first_s: f64,
        /// Time of this line, s.
        t_s: f64,
    },
    /// Time runs backwards.
    #[error("time goes back, from {before_s} s to {t_s} s")]
    TimeBack {
        /// Time of the last usable line, s.
        before_s: f64,
        /// Time of this line, s.
        t_s: f64,
    },
    /// A single line far ahead of those before and after it.
    #[error("time leaps to {t_s} s and back to {after_s} s")]
    TimeLeap {
        /// Time of this line, s.
        t_s: f64,
        /// Time of the next line, s.
        after_s: f64,
    },
    /// Over the line limit.
    #[error("longer than {} KiB", LINE_LIMIT >> 10)]
    TooLong,
}

/// The header of a full trace.
pub(super) fn header() -> String {
    [REQUIRED.join(","), GYROSCOPE.join(",")].join(",")
}

/// Which column of the file is which of ours.
#[derive(Debug)]
pub(super) struct Layout {
    /// For each column of the file up to the last that is needed: the place of its name in [`column_names`].
    ours: Vec<Option<usize>>,
    /// Columns in the file.
    columns: usize,
    has_gyroscope: bool,
}

impl Layout {
    /// Reads the header, with a word where the gyroscope's columns are incomplete.
    pub(super) fn of_header(line: u64, header: &[u8]) -> Result<(Self, Option<TraceError>), TraceError> {
        let names = names(header, b',');
        let position = |name: &str| names.iter().position(|found| *found == name.as_bytes());
        if let Some(missing) = REQUIRED.into_iter().find(|name| position(name).is_none()) {
            return Err(other_separator(line, header).unwrap_or_else(|| TraceError::Header {
                line,
                missing,
                found: excerpt(header),
            }));
        }
        let absent: Vec<&'static str> =
            GYROSCOPE.into_iter().filter(|name| position(name).is_none()).collect();
        let has_gyroscope = absent.is_empty();
        let used = if has_gyroscope { COLUMNS } else { REQUIRED.len() };
        let mut ours = Vec::new();
        for (our, name) in column_names().take(used).enumerate() {
            if let Some(their) = position(name) {
                ours.resize(ours.len().max(their + 1), None);
                ours[their] = Some(our);
            }
        }
        let notice = absent.first().filter(|_| absent.len() < GYROSCOPE.len());
        let notice = notice.map(|missing| TraceError::HalfGyroscope { line, missing });
        Ok((Self { ours, columns: names.len(), has_gyroscope }, notice))
    }

    /// Time and sample of a line; without a gyroscope where any of its values isn't there.
    pub(super) fn parse(&self, line: &[u8]) -> Result<(f64, ImuSample), LineFault> {
        let mut fields = [None; COLUMNS];
        for (field, our) in line.split(|&byte| byte == b',').zip(&self.ours) {
            if let Some(our) = *our {
                fields[our] = Some(field);
            }
        }
        self.check_count(line)?;
        let [t, ax, ay, az, gx, gy, gz] = fields;
        let [t_name, ax_name, ay_name, az_name] = REQUIRED;
        let [gx_name, gy_name, gz_name] = GYROSCOPE;
        let t_s = number(t_name, t, T_LIMIT_S)?;
        let accel = |name, field| number(name, field, ACCEL_LIMIT_M_S2);
        let accel_m_s2 = [accel(ax_name, ax)?, accel(ay_name, ay)?, accel(az_name, az)?];
        let gyro = |name, field| number(name, field, GYRO_LIMIT_RAD_S);
        let is_there = |field: Option<&[u8]>| field.is_some_and(|field| !unquoted(field).is_empty());
        let gyro_rad_s = if self.has_gyroscope && [gx, gy, gz].into_iter().all(is_there) {
            Some([gyro(gx_name, gx)?, gyro(gy_name, gy)?, gyro(gz_name, gz)?])
        } else {
            None
        };
        Ok((t_s, ImuSample { accel_m_s2, gyro_rad_s }))
    }

    /// Whether the file has a gyroscope's columns.
    pub(super) fn has_gyroscope(&self) -> bool {
        self.has_gyroscope
    }

    /// A decimal comma cuts numbers in two, which could be read as other numbers. A quoted comma is none of ours, and
    /// empty values at the end do no harm.
    fn check_count(&self, line: &[u8]) -> Result<(), LineFault> {
        let extra = line.split(|&byte| byte == b',').skip(self.columns);
        if extra.into_iter().any(|field| !field.trim_ascii().is_empty()) && !line.contains(&b'"') {
            let found = line.split(|&byte| byte == b',').count();
            return Err(LineFault::TooMany { found, columns: self.columns });
        }
        Ok(())
    }
}

fn names(header: &[u8], separator: u8) -> Vec<&[u8]> {
    header.split(|&byte| byte == separator).map(unquoted).collect()
}

/// The error of a header that names our columns between other signs than commas.
fn other_separator(line: u64, header: &[u8]) -> Option<TraceError> {
    [(b';', "`;`"), (b'\t', "a tab"), (b' ', "a space")].into_iter().find_map(|(sign, found)| {
        let names = names(header, sign);
        let is_it = REQUIRED.iter().all(|name| names.contains(&name.as_bytes()));
        is_it.then_some(TraceError::Separator { line, found })
    })
}

fn column_names() -> impl Iterator<Item = &'static str> {
    REQUIRED.into_iter().chain(GYROSCOPE)
}

/// A field without the spaces and quotes around it.
fn unquoted(field: &[u8]) -> &[u8] {
    let field = field.trim_ascii();
    field.strip_prefix(b"\"").and_then(|inner| inner.strip_suffix(b"\"")).unwrap_or(field)
}

/// A believable number, or what is wrong with it.
fn number(column: &'static str, field: Option<&[u8]>, limit: f64) -> Result<f64, LineFault> {
    let field = unquoted(field.ok_or(LineFault::Missing { column })?);
    if field.is_empty() {
        return Err(LineFault::Missing { column });
    }
    let value: f64 = std::str::from_utf8(field)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| LineFault::NotANumber { column, found: excerpt(field) })?;
    if !value.is_finite() {
        return Err(LineFault::NotFinite { column });
    }
    if value.abs() > limit {
        return Err(LineFault::OutOfRange { column, value, limit });
    }
    Ok(value)
}
