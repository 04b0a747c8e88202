//! Files that appear whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// A file being written under a temporary name beside its place; what stood there before stays until
/// [`keep`](Self::keep), and without it for good.
#[derive(Debug)]
pub(super) struct WholeFile {
    out: BufWriter<File>,
    /// The temporary name and the place; `None` where there is no name to take, such as a pipe's, or no more.
    names: Option<(PathBuf, PathBuf)>,
}

impl WholeFile {
    /// Begins a file that will be at `path`. No folder is made.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        // the file that a link leads to is written, and the link stays
        let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        match OpenOptions::new().append(true).open(&place) {
            // a device or a pipe is written as it is
            Ok(there) if !there.metadata()?.is_file() => {
                return Ok(Self { out: BufWriter::new(there), names: None });
            }
            // what may not be written may not be replaced either
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut name = OsString::from(".");
        name.push(place.file_name().unwrap_or_default());
        name.push(format!(".{}.part", std::process::id()));
        let temporary = place.with_file_name(name);
        let out = BufWriter::new(File::create(&temporary)?);
        Ok(Self { out, names: Some((temporary, place)) })
    }

    /// All is written: the file takes its place.
    pub(super) fn keep(mut self) -> io::Result<()> {
        self.out.flush()?;
        if let Some((temporary, place)) = &self.names {
            fs::rename(temporary, place)?;
        }
        self.names = None;
        Ok(())
    }
}

impl Write for WholeFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl Drop for WholeFile {
    fn drop(&mut self) {
        if let Some((temporary, _)) = self.names.take() {
            // nothing can be done about it, and the failure that led here is told
            let _ = fs::remove_file(temporary);
        }
    }
}
