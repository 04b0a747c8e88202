//! `--series` and `--series-live`: attitude and vertical motion as CSV.

use super::failure::AnalyzeError;
use crate::cli::whole_file::WholeFile;
use crate::model::TracePoint;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::path::Path;

const HEADER: &str = "t_s,q_w,q_x,q_y,q_z,vertical_velocity_m_s,vertical_displacement_m";

/// A series being written.
#[derive(Debug)]
pub(super) struct Series<W: Write = WholeFile> {
    out: W,
    /// Lines of the trace that still wait for their motion: nanoseconds since the first line, and the file's own time.
    lines: VecDeque<(i64, f64)>,
    last: Option<TracePoint>,
}

impl Series {
    /// Begins the file, before any work is done in vain.
    pub(super) fn create(path: &Path) -> Result<Self, AnalyzeError> {
        let file = WholeFile::create(path);
        file.and_then(Self::new).map_err(|source| AnalyzeError::SeriesAt { path: path.to_owned(), source })
    }

    /// Writes what is left, and lets the file take its place.
    pub(super) fn keep(mut self) -> io::Result<()> {
        self.finish()?;
        self.out.keep()
    }
}

impl<W: Write> Series<W> {
    fn new(mut out: W) -> io::Result<Self> {
        writeln!(out, "{HEADER}")?;
        Ok(Self { out, lines: VecDeque::new(), last: None })
    }

    /// A usable line of a trace was read: it will get one line here, even where it repeats the one before.
    pub(super) fn expect(&mut self, nanos: i64, t_s: f64) {
        self.lines.push_back((nanos, t_s));
    }

    /// The next point in order of time, for the lines that [`expect`](Self::expect) it. A line that has no point of
    /// its own gets that of the nearest line before; before the first point it gets the first.
    pub(super) fn match_point(&mut self, point: TracePoint) -> io::Result<()> {
        while let Some(&(nanos, t_s)) = self.lines.front()
            && nanos < point.t.0
        {
            self.lines.pop_front();
            self.row(t_s, Some(&self.last.unwrap_or(point)))?;
        }
        self.last = Some(point);
        Ok(())
    }

    /// A point with its time, where no lines are to be matched.
    pub(super) fn point(&mut self, t_s: f64, point: &TracePoint) -> io::Result<()> {
        self.row(t_s, Some(point))
    }

    /// Writes what is left.
    fn finish(&mut self) -> io::Result<()> {
        while let Some((_, t_s)) = self.lines.pop_front() {
            let last = self.last;
            self.row(t_s, last.as_ref())?;
        }
        self.out.flush()
    }

    /// One line; empty fields where nothing is known.
    fn row(&mut self, t_s: f64, point: Option<&TracePoint>) -> io::Result<()> {
        let Some(point) = point else { return writeln!(self.out, "{t_s},,,,,,") };
        let [w, x, y, z] = point.q;
        let (velocity, height) = (point.vertical_velocity_m_s, point.vertical_displacement_m);
        writeln!(self.out, "{t_s},{w:.6},{x:.6},{y:.6},{z:.6},{velocity:.6},{height:.6}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DeviceTime;

    fn point(nanos: i64) -> TracePoint {
        TracePoint {
            t: DeviceTime(nanos),
            q: [1.0, 0.0, 0.0, 0.0],
            vertical_velocity_m_s: nanos as f64,
            vertical_displacement_m: 0.0,
        }
    }

    #[test]
    fn every_line_gets_one_line_with_its_own_time() {
        let mut series = Series::new(Vec::new()).unwrap();
        for (nanos, t_s) in [(0, 7.0), (2, 7.1), (2, 7.1), (3, 7.2), (5, 7.3)] {
            series.expect(nanos, t_s);
        }
        for nanos in [2, 4, 5] {
            series.match_point(point(nanos)).unwrap();
        }
        series.finish().unwrap();
        let text = String::from_utf8(series.out).unwrap();
        let rows: Vec<(&str, &str)> = text
            .lines()
            .skip(1)
            .map(|row| {
                let fields: Vec<&str> = row.split(',').collect();
                assert_eq!(fields.len(), 7);
                (fields[0], fields[5])
            })
            .collect();
        let expected = [
            ("7", "2.000000"),
            ("7.1", "2.000000"),
            ("7.1", "2.000000"),
            ("7.2", "2.000000"),
            ("7.3", "5.000000"),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn what_is_unknown_is_empty() {
        let mut series = Series::new(Vec::new()).unwrap();
        series.expect(0, 1.5);
        series.finish().unwrap();
        assert_eq!(String::from_utf8(series.out).unwrap(), format!("{HEADER}\n1.5,,,,,,\n"));
    }
}
