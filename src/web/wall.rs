//! The calendar's time and the uptime, asked of whoever has a clock.

use std::fmt;
use std::sync::Arc;

/// What time it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WallTime {
    /// Nanoseconds since 1970, UTC.
    pub utc_ns: i64,
    /// Whether the host's clock is synchronised: a Pi may boot in the wrong year.
    pub certain: bool,
    /// Seconds since the daemon started.
    pub uptime_s: f64,
}

/// A clock to ask: this room has none, so that time is data in its tests as everywhere.
#[derive(Clone)]
pub struct Wall(Arc<dyn Fn() -> WallTime + Send + Sync>);

impl Wall {
    /// A clock that asks `now`.
    pub fn new(now: impl Fn() -> WallTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> WallTime {
        (self.0)()
    }
}

impl fmt::Debug for Wall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Wall").field(&self.now()).finish()
    }
}
