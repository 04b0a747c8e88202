//! Opening the file: whose it is, which version, and bringing it to ours.

use super::error::StoreError;
use rusqlite::{Connection, OpenFlags};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// `ISTR`: marks a SQLite file as ours.
const APPLICATION_ID: i64 = 0x4953_5452;

/// What leads from each version to the next; the first makes an empty file ours.
const MIGRATIONS: &[&str] =
    &[include_str!("migrations/0001_journal.sql"), include_str!("migrations/0002_outbox.sql")];

/// The version of the file that this program reads and writes.
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// Bytes of a page, SQLite's own default.
pub(super) const PAGE_BYTES: u64 = 4096;

/// Opens for writing; makes what is missing, and brings an older store to this version.
pub(super) fn writable(path: &Path, max_bytes: Option<u64>) -> Result<Connection, StoreError> {
    let failed = |error| StoreError::sqlite(path, "opening the store", &error);
    look_through(path)?;
    let mut connection = Connection::open(path).map_err(failed)?;
    let version = if is_empty(&connection).map_err(failed)? { 0 } else { version(&connection, path)? };
    migrate(&mut connection, version).map_err(|e| StoreError::sqlite(path, "changing its tables", &e))?;
    prepare(&connection, max_bytes).map_err(failed)?;
    let missing = missing_tables(&connection).map_err(failed)?;
    if missing.is_empty() {
        return Ok(connection);
    }
    Err(StoreError::Damaged {
        path: path.to_owned(),
        what: format!("without its own {}", missing.join(", ")),
    })
}

/// What a start looks through page by page: all but the raw samples, which are most of a store and are decoded with
/// care wherever they are read.
const LOOKED_THROUGH: [&str; 13] = [
    "run",
    "clock_anchor",
    "event",
    "rep",
    "set_record",
    "session",
    "advice",
    "latest",
    "correction",
    "request",
    "outbox",
    "outbox_told",
    "outbox_refused",
];
/// A larger store is looked through by `ironstride doctor` only: a start must not take minutes.
const LOOKED_THROUGH_BYTES: u64 = 512 << 20;

/// Whether an existing file is ours, of a version we know, and sound; changes nothing in it, whatever it is.
fn look_through(path: &Path) -> Result<(), StoreError> {
    let Some(bytes) = fs::metadata(path).map(|file| file.len()).ok().filter(|bytes| *bytes > 0) else {
        return Ok(());
    };
    let failed = |error| StoreError::sqlite(path, "looking through the store", &error);
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    if is_empty(&connection).map_err(failed)? {
        return Ok(());
    }
    version(&connection, path)?;
    if bytes > LOOKED_THROUGH_BYTES {
        return Ok(());
    }
    let present = tables(&connection).map_err(failed)?;
    for table in LOOKED_THROUGH {
        if !present.iter().any(|(name, _)| name == table) {
            continue;
        }
        let check = format!("PRAGMA quick_check({table})");
        let said: String = connection.query_row(&check, [], |row| row.get(0)).map_err(failed)?;
        if said != "ok" {
            let what = said.split_whitespace().collect::<Vec<_>>().join(" ");
            return Err(StoreError::Damaged { path: path.to_owned(), what });
        }
    }
    Ok(())
}

/// Makes the directory that the store lies in.
pub(super) fn make_directory(path: &Path) -> Result<(), StoreError> {
    let Some(directory) = path.parent() else { return Ok(()) };
    fs::create_dir_all(directory)
        .map_err(|error| StoreError::io(directory, "making the store's directory", &error))
}

/// The write-ahead log beside a store.
pub(super) fn wal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// Opens an existing store of this version for reading.
pub(super) fn readable(path: &Path) -> Result<Connection, StoreError> {
    if !path.exists() {
        return Err(StoreError::Missing { path: path.to_owned() });
    }
    let failed = |error| StoreError::sqlite(path, "opening the store for reading", &error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
    let found = version(&connection, path)?;
    if found < VERSION {
        return Err(StoreError::Older { path: path.to_owned(), found, known: VERSION });
    }
    // several may be open at once on a machine of little memory
    connection.pragma_update(None, "cache_size", -512).map_err(failed)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Statements kept ready by a connection: more than there are.
const STATEMENTS: usize = 64;

fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    Ok(pages == 0)
}

/// The version of a file that is ours and not too new.
fn version(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let pragma = |name| {
        connection
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map_err(|error| StoreError::sqlite(path, "reading whose it is", &error))
    };
    if pragma("application_id")? != APPLICATION_ID {
        return Err(StoreError::NotOurs { path: path.to_owned() });
    }
    let found = pragma("user_version")?;
    if found > VERSION {
        return Err(StoreError::Newer { path: path.to_owned(), found, known: VERSION });
    }
    Ok(found)
}

/// Each step is whole or not at all, its number with it.
fn migrate(connection: &mut Connection, version: i64) -> rusqlite::Result<()> {
    let done = usize::try_from(version).unwrap_or(0);
    for (index, migration) in MIGRATIONS.iter().enumerate().skip(done) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", index as i64 + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

fn prepare(connection: &Connection, max_bytes: Option<u64>) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // after a peak the log gives its room back
    connection.pragma_update_and_check(None, "journal_size_limit", 8 << 20, |_| Ok(()))?;
    if let Some(max_bytes) = max_bytes {
        let pages = i64::try_from(max_bytes / PAGE_BYTES).unwrap_or(i64::MAX).clamp(1, u32::MAX.into());
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
    }
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

/// Tables and indexes of this version that the file lacks, or has otherwise; what it has besides is its owner's matter.
pub(super) fn missing_tables(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut model = Connection::open_in_memory()?;
    migrate(&mut model, 0)?;
    let found = tables(connection)?;
    Ok(tables(&model)?.difference(&found).map(|(name, _)| name.clone()).collect())
}

fn tables(connection: &Connection) -> rusqlite::Result<BTreeSet<(String, String)>> {
    let mut ask = connection.prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL")?;
    let rows = ask.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}
