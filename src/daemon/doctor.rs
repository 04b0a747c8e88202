//! Looks at all that a daemon needs, without starting one, and says what to do.

use super::clock::{SystemTicks, Ticks, is_plausible};
use super::exports::{self, Looked};
use crate::config::{Environment, Flags, InForce, Origin, StoreSettings};
use crate::store::{Calendar, Reader, StoreError, StoreStatus, Utc, check};
use serde::Serialize;
use serde_json::Value;
use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

/// Less room than this on the disk, and soon nothing can be written, bytes.
const LEAST_FREE: u64 = 200_000_000;
/// A store that has grown to this share of what it may is worth a word.
const NEARLY_FULL: f64 = 0.9;
/// A daemon that lives answers sooner.
const PATIENCE: Duration = Duration::from_secs(3);
/// Its whole answer is shorter.
const LONGEST_ANSWER: u64 = 4 << 20;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and somebody should look at it.
    Warn,
    /// It doesn't work.
    Fail,
}

/// What was found at one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The place.
    pub check: &'static str,
    /// How grave it is.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do, where something should be done.
    pub advice: Option<String>,
}

/// Looks at everything; the configuration decides where the rest is.
#[must_use]
pub fn examine(flags: &Flags, environment: &Environment) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    let in_force = findings.configuration(flags, environment);
    if let Some(in_force) = &in_force {
        let store = &in_force.settings.store;
        let used = findings.store(store);
        findings.disk(store, used);
        findings.time_zone(in_force);
    }
    findings.clock(&SystemTicks::new());
    if let Some(in_force) = &in_force {
        findings.port(in_force.settings.web.listen);
        findings.export(in_force);
    }
    findings.0
}

/// What has been found so far.
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, check: &'static str, verdict: Verdict, found: impl Into<String>, advice: Option<&str>) {
        self.0.push(Finding { check, verdict, found: found.into(), advice: advice.map(str::to_owned) });
    }

    fn ok(&mut self, check: &'static str, found: impl Into<String>) {
        self.add(check, Verdict::Ok, found, None);
    }

    fn warn(&mut self, check: &'static str, found: impl Into<String>, advice: &str) {
        self.add(check, Verdict::Warn, found, Some(advice));
    }

    fn fail(&mut self, check: &'static str, found: impl Into<String>, advice: &str) {
        self.add(check, Verdict::Fail, found, Some(advice));
    }

    fn configuration(&mut self, flags: &Flags, environment: &Environment) -> Option<InForce> {
        const CHECK: &str = "configuration";
        let read = InForce::find(flags, environment).and_then(|found| found.catalogue().map(|_| found));
        match read {
            Ok(in_force) => {
                self.ok(CHECK, in_force.source());
                Some(in_force)
            }
            Err(error) => {
                self.fail(CHECK, error.to_string(), "correct it; what depends on it was not looked at");
                None
            }
        }
    }

    /// Looks at the store, and says how large it is, bytes.
    fn store(&mut self, settings: &StoreSettings) -> u64 {
        const CHECK: &str = "store";
        let path = settings.file();
        let looked = check(&path).and_then(|report| Ok((report, Reader::open(&path)?.status()?)));
        match looked {
            Ok((report, status)) if report.faults.is_empty() => {
                self.ok(CHECK, format!("{}: whole, version {}", path.display(), report.version));
                self.size(settings, &status);
                status.database_bytes
            }
            Ok((report, status)) => {
                let found = format!("{}: {}", path.display(), report.faults.join("; "));
                self.fail(CHECK, found, "keep a copy of it and restore the latest backup");
                status.database_bytes
            }
            Err(StoreError::Missing { path }) => {
                self.ok(CHECK, format!("{}: not there yet; the daemon begins it", path.display()));
                0
            }
            Err(error) => {
                self.add(CHECK, Verdict::Fail, error.to_string(), None);
                0
            }
        }
    }

    fn size(&mut self, settings: &StoreSettings, status: &StoreStatus) {
        const CHECK: &str = "size";
        let (used, most) = (status.database_bytes, settings.max_bytes);
        let found = format!("{} of {} (store.max_size)", bytes_words(used), bytes_words(most));
        if used >= most {
            self.fail(
                CHECK,
                found,
                "raw samples are no longer kept: raise store.max_size, or begin a new store",
            );
        } else if used as f64 >= NEARLY_FULL * most as f64 {
            self.warn(CHECK, found, "raise store.max_size before raw samples are no longer kept");
        } else {
            self.ok(CHECK, found);
        }
    }

    fn disk(&mut self, settings: &StoreSettings, used: u64) {
        const CHECK: &str = "disk";
        let free = match free_bytes(&settings.directory) {
            Ok(free) => free,
            Err(error) => {
                let found = format!("{}: {error}", settings.directory.display());
                return self.fail(CHECK, found, "choose a store.directory on a disk that is there");
            }
        };
        let found = format!("{} free at {}", bytes_words(free), settings.directory.display());
        if free < LEAST_FREE {
            self.fail(CHECK, found, "free some room, or move store.directory to another disk");
        } else if free < settings.max_bytes.saturating_sub(used) {
            self.warn(
                CHECK,
                found,
                "less than store.max_size allows the store to grow; lower it, or free some room",
            );
        } else {
            self.ok(CHECK, found);
        }
    }

    /// Where results leave for, if anywhere.
    fn export(&mut self, in_force: &InForce) {
        let settings = &in_force.settings;
        if settings.influx.url.is_some() {
            let reader = Reader::open(&settings.store.file()).ok();
            let Looked { verdict, found, advice } = exports::look(&settings.influx, reader.as_ref());
            self.add("influx", verdict, found, advice);
        }
    }

    fn time_zone(&mut self, in_force: &InForce) {
        const CHECK: &str = "time zone";
        let zone = &in_force.settings.gym.time_zone;
        let is_chance =
            matches!(in_force.origin("gym.time_zone"), Origin::Machine(_)) && zone.ends_with("UTC");
        if is_chance {
            let found = format!("{zone}, because nobody has said another");
            self.warn(CHECK, found, "set gym.time_zone, or the gym's days begin at midnight UTC");
        } else {
            self.ok(CHECK, zone.clone());
        }
    }

    fn clock(&mut self, ticks: &dyn Ticks) {
        const CHECK: &str = "clock";
        let utc = Utc { ns: ticks.utc_ns(), certain: true };
        let now = Calendar::of("UTC").words(utc).unwrap_or_default();
        if !is_plausible(ticks.utc_ns()) {
            self.fail(CHECK, now, "this can't be; `timedatectl set-ntp true` sets it over the network");
        } else if !ticks.is_synchronised() {
            let advice =
                "not synchronised yet; `timedatectl` says more. What is recorded now is placed once it is";
            self.warn(CHECK, now, advice);
        } else {
            self.ok(CHECK, now);
        }
    }

    fn port(&mut self, listen: SocketAddr) {
        const CHECK: &str = "port";
        match TcpStream::connect_timeout(&reachable(listen), PATIENCE) {
            Ok(stream) => match status_of(stream, listen) {
                Ok(status) => self.daemon(listen, &status),
                Err(_) => self.fail(
                    CHECK,
                    format!("{listen}: another program answers there"),
                    "stop that one (`ss -ltnp` names it), or choose another port by web.listen",
                ),
            },
            Err(_) => match TcpListener::bind(listen) {
                Ok(_) => self.ok(CHECK, format!("{listen}: free; no daemon is running there")),
                Err(error) => {
                    let advice = "choose by web.listen an address of this machine and a port from 1024 on";
                    self.fail(CHECK, format!("{listen}: {error}"), advice);
                }
            },
        }
    }

    /// A daemon of ours runs: it knows best how it is.
    fn daemon(&mut self, listen: SocketAddr, status: &Value) {
        let version = status["version"].as_str().unwrap_or("?");
        self.ok("port", format!("{listen}: ironstride {version} answers there"));
        for warning in status["warnings"].as_array().into_iter().flatten() {
            let message = warning["what"].as_str().unwrap_or_default();
            self.add("daemon", Verdict::Warn, message, warning["hint"].as_str());
        }
    }
}

/// The room on the disk of `directory`, or of the nearest folder above that is there.
fn free_bytes(directory: &Path) -> io::Result<u64> {
    let there = directory.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
    let disk = rustix::fs::statvfs(there)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

fn bytes_words(bytes: u64) -> String {
    match bytes as f64 {
        bytes if bytes >= 1e9 => format!("{:.1} GB", bytes / 1e9),
        bytes => format!("{:.1} MB", bytes / 1e6),
    }
}

/// Where to knock when somebody listens at `listen`.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

/// What the daemon behind `stream` says of itself; an error when it is none of ours.
fn status_of(mut stream: TcpStream, listen: SocketAddr) -> io::Result<Value> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let host = reachable(listen);
    write!(stream, "GET /api/v1/status HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(LONGEST_ANSWER).read_to_string(&mut answer)?;
    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let status: Value = serde_json::from_str(body)?;
    if status["version"].is_string() && status["uptime_s"].is_number() {
        Ok(status)
    } else {
        Err(io::Error::other("it is not ironstride"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radio::BoxFuture;

    fn found(look: impl FnOnce(&mut Findings)) -> (Verdict, String) {
        let mut findings = Findings(Vec::new());
        look(&mut findings);
        assert_eq!(findings.0.len(), 1, "{:?}", findings.0);
        let Finding { verdict, found, advice, .. } = findings.0.remove(0);
        assert_eq!(advice.is_some(), verdict != Verdict::Ok);
        (verdict, found)
    }

    fn store(max_bytes: u64) -> StoreSettings {
        StoreSettings { max_bytes, ..StoreSettings::default() }
    }

    #[test]
    fn a_store_is_told_of_before_it_is_full() {
        let status = |database_bytes| StoreStatus {
            path: "x".into(),
            version: 1,
            database_bytes,
            wal_bytes: 0,
            last_seq: 0,
            unlabelled_sets: 0,
        };
        for (used, expected) in [(80, Verdict::Ok), (90, Verdict::Warn), (100, Verdict::Fail)] {
            let (verdict, _) =
                found(|findings| findings.size(&store(100_000_000), &status(used * 1_000_000)));
            assert_eq!(verdict, expected, "{used}");
        }
    }

    #[test]
    fn a_disk_smaller_than_the_store_may_become_is_told() {
        assert_eq!(found(|findings| findings.disk(&store(u64::MAX), 0)).0, Verdict::Warn);
        assert!(free_bytes(Path::new("/no/such/folder")).unwrap() > 0);
    }

    #[derive(Debug)]
    struct Shows {
        utc_ns: i64,
        synchronised: bool,
    }

    impl Ticks for Shows {
        fn monotonic_ns(&self) -> i64 {
            0
        }
        fn utc_ns(&self) -> i64 {
            self.utc_ns
        }
        fn is_synchronised(&self) -> bool {
            self.synchronised
        }
        fn wait(&self, _: i64) -> BoxFuture<'static, ()> {
            Box::pin(std::future::ready(()))
        }
    }

    #[test]
    fn a_clock_in_the_wrong_year_fails_and_one_not_synchronised_warns() {
        let in_2026 = 1_772_386_200 * 1_000_000_000;
        for (utc_ns, synchronised, expected) in [
            (in_2026, true, Verdict::Ok),
            (in_2026, false, Verdict::Warn),
            (0, true, Verdict::Fail),
            (i64::MAX, true, Verdict::Fail),
        ] {
            let (verdict, words) = found(|findings| findings.clock(&Shows { utc_ns, synchronised }));
            assert_eq!(verdict, expected, "{words}");
        }
    }

    #[test]
    fn every_network_is_asked_at_the_machine_itself() {
        let reach = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(reach("0.0.0.0:80"), "127.0.0.1:80");
        assert_eq!(reach("[::]:80"), "[::1]:80");
        assert_eq!(reach("192.168.1.2:80"), "192.168.1.2:80");
    }
}
