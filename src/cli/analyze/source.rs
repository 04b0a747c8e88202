//! Opening a recording and telling what it is.

use super::failure::AnalyzeError;
use crate::cli::progress::Progress;
use crate::radio::capture::CaptureReader;
use crate::radio::trace::TraceReader;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// Bytes read at once.
const BUFFER: usize = 1 << 17;

/// A recording, its header read.
pub(in crate::cli) enum Source<'a> {
    /// A trace of one inertial sensor.
    Trace(TraceReader<Box<dyn BufRead + 'a>>),
    /// What came over the air.
    Capture(CaptureReader<Box<dyn BufRead + 'a>>),
}

impl<'a> Source<'a> {
    /// Opens `file`, whose bytes `progress` counts. A capture starts with `{`, or says so by its name.
    pub(in crate::cli) fn open(file: &Path, progress: &'a Progress) -> Result<Self, AnalyzeError> {
        let inner: Box<dyn Read> = if is_stdin(file) {
            Box::new(io::stdin().lock())
        } else {
            Box::new(File::open(file).map_err(AnalyzeError::Open)?)
        };
        let mut reader = BufReader::with_capacity(BUFFER, progress.count(inner));
        let start = reader.fill_buf().map_err(AnalyzeError::Open)?;
        let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
        let is_capture = start.starts_with(b"{") || file.extension().is_some_and(|ext| ext == "jsonl");
        let reader: Box<dyn BufRead + 'a> = Box::new(reader);
        Ok(if is_capture {
            Self::Capture(CaptureReader::new(reader)?)
        } else {
            Self::Trace(TraceReader::new(reader)?)
        })
    }
}

/// Whether `-` was given.
pub(super) fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

/// Bytes of a file; `None` for what is no plain file.
pub(super) fn size(file: &Path) -> Option<u64> {
    fs::metadata(file).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())
}
