//! Where a simulation is written to.

use crate::cli::error::CliError;
use crate::cli::whole_file::WholeFile;
use serde::Serialize;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What `--out` names: a file, a directory, or standard output.
#[derive(Debug)]
pub(super) struct Output {
    out: PathBuf,
    stem: String,
}

/// One thing to be written.
#[derive(Debug)]
pub(super) enum Place {
    Standard,
    File(PathBuf),
}

impl Output {
    /// What a user wrote; files in a directory get names that begin with `stem`.
    pub(super) fn new(out: &Path, stem: String) -> Self {
        Self { out: out.to_owned(), stem }
    }

    /// A directory is one that exists, or a name that ends as only a directory's can.
    pub(super) fn is_directory(&self) -> bool {
        self.out.is_dir() || self.is_named_as_directory()
    }

    fn is_named_as_directory(&self) -> bool {
        self.out.as_os_str().as_encoded_bytes().ends_with(b"/")
    }

    /// Makes the directory that was asked for by a name that ends as only a directory's can; no other is made, since
    /// a mistyped path is not a wish.
    pub(super) fn prepare(&self) -> Result<(), CliError> {
        if !self.is_named_as_directory() {
            return Ok(());
        }
        fs::create_dir_all(&self.out)
            .map_err(|source| CliError::Unwritable { path: self.out.clone(), source })
    }

    /// Where one recording goes.
    pub(super) fn place(&self, part: &str, ending: &str) -> Place {
        if self.out.as_os_str() == "-" {
            Place::Standard
        } else if self.is_directory() {
            Place::File(self.out.join(format!("{}{part}{ending}", self.stem)))
        } else {
            Place::File(self.out.clone())
        }
    }
}

impl Place {
    /// Writes through a buffer.
    pub(super) fn write(&self, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CliError> {
        match self {
            Self::Standard => {
                let mut out = BufWriter::new(io::stdout().lock());
                fill(&mut out).and_then(|()| out.flush()).map_err(CliError::Output)
            }
            Self::File(path) => {
                let written = WholeFile::create(path).and_then(|mut file| {
                    fill(&mut file)?;
                    file.keep()
                });
                written.map_err(|source| CliError::Unwritable { path: path.clone(), source })
            }
        }
    }

    /// Writes the truth beside a file; standard output has no place beside it.
    pub(super) fn write_truth(&self, truth: &impl Serialize) -> Result<(), CliError> {
        let Self::File(path) = self else { return Ok(()) };
        Self::File(truth_path(path)).write(|out| {
            serde_json::to_writer_pretty(&mut *out, truth)?;
            out.write_all(b"\n")
        })
    }
}

/// `NAME_truth.json` beside `NAME.csv` or `NAME.capture.jsonl`.
fn truth_path(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".capture.jsonl").or_else(|| name.rsplit_once('.').map(|(stem, _)| stem));
    path.with_file_name(format!("{}_truth.json", stem.unwrap_or(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_stands_beside_its_recording() {
        for (path, truth) in [
            ("a/b.csv", "a/b_truth.json"),
            ("gym.capture.jsonl", "gym_truth.json"),
            ("x/plain", "x/plain_truth.json"),
            ("v1.2.csv", "v1.2_truth.json"),
        ] {
            assert_eq!(truth_path(Path::new(path)), Path::new(truth));
        }
    }
}
