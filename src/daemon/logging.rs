//! What the daemon says of itself: to the system's journal when it is a service, else to the terminal.

use std::fs;
use std::io::{self, IsTerminal};
use std::os::unix::fs::MetadataExt;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Lets the log begin. A second call changes nothing.
pub(super) fn begin(level: LevelFilter) {
    let journald = is_service().then(tracing_journald::layer).and_then(Result::ok);
    let to_terminal = journald.is_none().then(|| {
        tracing_subscriber::fmt::layer()
            .with_writer(io::stderr)
            .with_ansi(io::stderr().is_terminal())
            .with_target(false)
    });
    // an error says that a log has begun already, in another test of the same process
    let _ = tracing_subscriber::registry().with(level).with(journald).with(to_terminal).try_init();
    std::panic::set_hook(Box::new(|info| tracing::error!("a panic: {info}")));
}

/// Whether standard error is the system's journal: `JOURNAL_STREAM` names its device and inode, so that a child whose
/// output goes elsewhere isn't fooled (`systemd.exec(5)`).
fn is_service() -> bool {
    let Some(stream) = std::env::var_os("JOURNAL_STREAM") else { return false };
    let Ok(stderr) = fs::metadata("/dev/stderr") else { return false };
    stream.to_str() == Some(&format!("{}:{}", stderr.dev(), stderr.ino()))
}
