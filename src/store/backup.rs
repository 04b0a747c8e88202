//! A copy of a store in use, and a look whether it is whole.

use super::error::StoreError;
use super::open;
use super::read::Reader;
use super::row::{int, number};
use rusqlite::Connection;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// What [`check`] found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckReport {
    /// Version of the file's tables.
    pub version: i64,
    /// What contradicts itself, one sentence each; empty when all is well.
    pub faults: Vec<String>,
}

/// Copies the store at `from`, which may be in use, into the new file `to`: whole, or not at all.
pub fn backup(from: &Path, to: &Path) -> Result<(), StoreError> {
    if to.exists() {
        return Err(StoreError::Exists { path: to.to_owned() });
    }
    let connection = open::readable(from)?;
    let part = beside(to);
    let failed = |error| StoreError::io(to, "writing the backup", &error);
    // the system's word on a folder that is missing or closed is clearer than the database's
    File::create(&part).map_err(failed)?;
    let copied = connection.execute("VACUUM INTO ?1", [part.to_string_lossy()]);
    copied.map_err(|error| {
        // half a copy is no use, and the error that led here is told
        let _ = fs::remove_file(&part);
        StoreError::sqlite(to, "writing the backup", &error)
    })?;
    File::open(&part).and_then(|file| file.sync_all()).map_err(failed)?;
    fs::rename(&part, to).map_err(failed)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// Reads the whole store and says whether it contradicts itself. Takes a while, changes nothing.
pub fn check(path: &Path) -> Result<CheckReport, StoreError> {
    let connection = open::readable(path)?;
    let failed = |error| StoreError::sqlite(path, "checking the store", &error);
    let mut faults = integrity(&connection).map_err(failed)?;
    let missing = open::missing_tables(&connection).map_err(failed)?;
    faults.extend(missing.iter().map(|name| format!("it has no {name} of its own")));
    if faults.is_empty() {
        faults.extend(dangling(&connection).map_err(failed)?);
        faults.extend(runs(&connection, &Reader::open(path)?)?);
    }
    Ok(CheckReport { version: open::VERSION, faults })
}

fn integrity(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut ask = connection.prepare("PRAGMA integrity_check(20)")?;
    let said: Vec<String> = ask.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(said.into_iter().filter(|line| line != "ok").collect())
}

/// Rows that point at an entry that isn't there.
fn dangling(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut faults = Vec::new();
    for table in ["rep", "set_record", "session", "advice", "latest", "correction", "request"] {
        let ask = format!("SELECT count(*) FROM {table} WHERE seq NOT IN (SELECT seq FROM event)");
        let count = connection.query_row(&ask, [], |row| number(row, 0))?;
        if count > 0 {
            faults.push(format!("{count} rows of {table} point at entries that are not there"));
        }
    }
    Ok(faults)
}

/// Runs whose inputs or events are not as many as they say.
fn runs(connection: &Connection, reader: &Reader) -> Result<Vec<String>, StoreError> {
    let mut faults = Vec::new();
    for run in reader.all_runs()? {
        let ask = "SELECT count(*) FROM event WHERE run = ?1 AND kind <> 'change'";
        let events = connection.query_row(ask, [int(run.id.0)], |row| number(row, 0));
        let events = events.map_err(|error| StoreError::sqlite(reader.path(), "counting entries", &error))?;
        if events != run.events {
            faults.push(format!("run {} should have {} events and has {events}", run.id, run.events));
        }
        let mut inputs = 0;
        for input in reader.inputs(run.id)? {
            match input {
                Ok(_) => inputs += 1,
                Err(error) => faults.push(error.to_string()),
            }
        }
        if run.inputs_complete && inputs != run.inputs {
            faults.push(format!("run {} should have {} inputs and has {inputs}", run.id, run.inputs));
        }
    }
    Ok(faults)
}
