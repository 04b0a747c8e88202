//! The export as a task, and as the doctor sees it.

use super::clock::Ticks;
use super::doctor::Verdict;
use super::supervise::{Failure, Work};
use crate::config::InfluxSettings;
use crate::influx::{Answer, Carrier, CarrierError, Exporter, Next, Standing, Word};
use crate::model::nanos_from_seconds;
use crate::radio::BoxFuture;
use crate::store::{Journal, Reader, StoreError};
use crate::web::{Export, ExportState, Vitals};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Tells a server what is in the journal, for ever.
pub(super) struct ExportWork {
    pub(super) settings: InfluxSettings,
    pub(super) journal: Journal,
    pub(super) vitals: Vitals,
    pub(super) ticks: Arc<dyn Ticks>,
}

impl Work for ExportWork {
    fn attempt(&mut self, stop: CancellationToken) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async move {
            tokio::select! {
                () = stop.cancelled() => Ok(()),
                failure = self.export() => Err(failure),
            }
        })
    }
}

impl ExportWork {
    /// Exports until something is wrong on this side.
    async fn export(&mut self) -> Failure {
        loop {
            if let Err(failure) = self.until_paused().await {
                self.vitals.export_failed(&failure.what);
                return failure;
            }
        }
    }

    /// Exports until the server won't take any more and has been left alone for a while. Then files are read anew:
    /// perhaps the token is another one.
    async fn until_paused(&mut self) -> Result<(), Failure> {
        let passing = |what: String| Failure { what, may_pass: true };
        let failed = |error: StoreError| passing(error.to_string());
        let carrier = Carrier::new(&self.settings).map_err(|error| passing(error.to_string()))?;
        let (journal, seed) = (self.journal.clone(), self.ticks.utc_ns().unsigned_abs());
        let begun = tokio::task::spawn_blocking(move || Exporter::new(carrier, journal, seed)).await;
        let mut exporter = begun.map_err(|error| passing(error.to_string()))?.map_err(failed)?;
        loop {
            let next = exporter.step().await;
            self.vitals.set_export(shown(exporter.standing()));
            let pause_s = match next.map_err(failed)? {
                Next::Again => continue,
                Next::Idle => self.settings.interval_s,
                Next::Wait(pause_s) => pause_s,
            };
            self.ticks.wait(nanos_from_seconds(pause_s)).await;
            if exporter.standing().word == Word::Paused {
                return Ok(());
            }
        }
    }
}

fn shown(standing: &Standing) -> Export {
    let Standing { destination, word, seq, waiting_since_ns, points, refused, last_error, .. } =
        standing.clone();
    let state = match word {
        Word::UpToDate => ExportState::UpToDate,
        Word::Sending => ExportState::Sending,
        Word::Waiting => ExportState::Waiting,
        Word::Paused => ExportState::Paused,
        Word::ClockUnset => ExportState::ClockUnset,
    };
    Export { destination, state, seq, waiting_since_ns, points, refused, last_error }
}

/// What the doctor says of an export.
pub(super) struct Looked {
    pub(super) verdict: Verdict,
    pub(super) found: String,
    pub(super) advice: Option<&'static str>,
}

/// Asks the server whether it would take anything, and the store how far it is.
pub(super) fn look(settings: &InfluxSettings, reader: Option<&Reader>) -> Looked {
    let fail = |found: String, advice| Looked { verdict: Verdict::Fail, found, advice: Some(advice) };
    let carrier = match Carrier::new(settings) {
        Ok(carrier) => carrier,
        // it says what to do itself
        Err(error) => return Looked { verdict: Verdict::Fail, found: error.to_string(), advice: None },
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(error.to_string(), "the machine lacks memory or files"),
    };
    let destination = carrier.destination();
    let asked: Result<_, CarrierError> =
        runtime.block_on(async { Ok((carrier.knock().await?, carrier.server().await?)) });
    match asked {
        Err(error) => fail(
            format!("{destination}: {error}"),
            "see that the server runs, and influx.url and influx.ca_file; nothing is lost, all is sent later",
        ),
        Ok((Answer::Locked(words), _)) => fail(
            format!("{destination}: {words}"),
            "correct influx.org, influx.bucket or the token in influx.token_file",
        ),
        Ok((Answer::Busy(words, _), _)) => {
            let found = format!("{destination}: {words}");
            Looked { verdict: Verdict::Warn, found, advice: Some("the server is busy; it is asked again") }
        }
        Ok((_, server)) => {
            let found = format!("{destination}: {server}");
            let state =
                reader.and_then(|reader| Some((reader.outbox(&destination).ok()?, reader.last_seq().ok()?)));
            let Some((state, last_seq)) = state else {
                return Looked { verdict: Verdict::Ok, found, advice: None };
            };
            let found =
                format!("{found}; told up to entry {} of {last_seq}, {} points", state.seq, state.points);
            match state.last_refused {
                None => Looked { verdict: Verdict::Ok, found, advice: None },
                Some(last) => Looked {
                    verdict: Verdict::Warn,
                    found: format!("{found}, {} refused, the last because: {}", state.refused, last.reason),
                    advice: Some("`ironstride influx check` lists what the server would not take"),
                },
            }
        }
    }
}
