//! What is done at the start with runs that did not come to their end.

use super::clock::LONGEST_AWAY_NS;
use super::core::{CoreError, close_directly, end_run_of_the_past};
use super::opening;
use super::resume::{self, Lost, Resumed};
use crate::engine::EngineConfig;
use crate::model::HostTime;
use crate::store::{Journal, Reader, RunRecord, RunSource, Write};

/// How a run of the past goes on.
pub(super) enum Past {
    /// There is none: another begins.
    Nothing,
    /// With this engine.
    GoesOn(Box<RunRecord>, Box<Resumed>),
    /// It can't, and it is a recording, of which no part may be told twice.
    Stuck(Lost),
}

/// Ends the runs that nobody goes on with, and finds the one that `source` goes on with: the latest live one if it was
/// not long ago, the replay of the same recording however long ago. Other recordings wait for being replayed again.
pub(super) fn of(
    journal: &Journal,
    reader: &Reader,
    source: &RunSource,
    config: &EngineConfig,
    now_utc_ns: i64,
) -> Result<Past, CoreError> {
    let mut past = Past::Nothing;
    let latest_live =
        reader.unfinished_runs()?.iter().rfind(|run| run.source == RunSource::Live).map(|run| run.id);
    for record in reader.unfinished_runs()? {
        let goes_on = match &record.source {
            RunSource::Replay { .. } if record.source != *source => continue,
            RunSource::Replay { .. } => true,
            RunSource::Simulated => false,
            RunSource::Live => {
                *source == RunSource::Live
                    && latest_live == Some(record.id)
                    && !is_long_ago(&record, now_utc_ns)
            }
        };
        if !goes_on {
            tracing::info!("run {} was not ended; it is closed", record.id);
            end_run_of_the_past(journal, reader, &record, config)?;
            continue;
        }
        let fingerprint = opening::fingerprint(config);
        match resume::execute_again(reader, &record, config.clone(), &fingerprint) {
            Ok(resumed) => {
                tracing::info!("run {} goes on after {} inputs", record.id, record.inputs);
                past = Past::GoesOn(Box::new(record), Box::new(resumed));
            }
            Err(lost) if record.source == RunSource::Live => {
                tracing::warn!("run {} can't go on: {lost}; what it left open is closed", record.id);
                close_directly(journal, reader, &record)?;
                journal.send(Write::End { run: record.id, at: record.last.max(HostTime(0)) })?;
                journal.flush()?;
            }
            Err(lost) => past = Past::Stuck(lost),
        }
    }
    Ok(past)
}

/// Whether a person who comes back would expect another session.
fn is_long_ago(record: &RunRecord, now_utc_ns: i64) -> bool {
    record.last_utc.is_some_and(|last| now_utc_ns.saturating_sub(last.ns) > LONGEST_AWAY_NS)
}
