//! Writing a capture.

use super::CaptureHeader;
use super::line::{AdvertLine, AnyUuid, CharacteristicsLine, FoundCharacteristic, LinkLine};
use crate::model::{
    Characteristic, Command, Context, HostTime, Input, LinkChange, Order, Request, RequestAction, SensorId,
};
use serde::Serialize;
use std::io;
use uuid::Uuid;

/// Writes a capture line by line.
#[derive(Debug)]
pub struct CaptureWriter<W> {
    out: W,
    t_ns: i64,
    hex: String,
}

/// A line of a capture as it is written.
#[derive(Serialize)]
struct Written<'a, T> {
    t_ns: i64,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sensor: Option<&'a SensorId>,
    #[serde(flatten)]
    rest: T,
}

/// The fields of a line with bytes.
#[derive(Serialize)]
struct Bytes<'a> {
    service: Uuid,
    characteristic: Uuid,
    value_hex: &'a str,
}

impl<W: io::Write> CaptureWriter<W> {
    /// Writes the header. Give it something buffered: each line is several small writes.
    pub fn new(mut out: W, header: &CaptureHeader) -> io::Result<Self> {
        serde_json::to_writer(&mut out, header)?;
        out.write_all(b"\n")?;
        Ok(Self { out, t_ns: i64::MIN, hex: String::new() })
    }

    /// Writes what came in. An input older than the one before is refused: `t_ns` never decreases.
    pub fn input(&mut self, input: &Input) -> io::Result<()> {
        let at = input.at();
        match input {
            Input::Notification(n) => self.bytes(at, "notify", &n.sensor, n.source, &n.value),
            Input::Link { sensor, change, .. } => self.link(at, sensor, change),
            Input::Command(Command { order, .. }) => self.command::<Order>(at, order),
            Input::Context { context, .. } => self.command::<Context>(at, context),
            // what the program failed on is what a bug report is about
            Input::Incident { input, .. } => input.as_ref().map_or(Ok(()), |input| self.input(input)),
        }
    }

    /// Writes what went out. Only bytes did: turning notifications on and reading show in what comes in.
    pub fn request(&mut self, request: &Request) -> io::Result<()> {
        match &request.action {
            RequestAction::Write { value } => {
                self.bytes(request.at, "write", &request.sensor, request.target, value)
            }
            RequestAction::Subscribe | RequestAction::Read => Ok(()),
        }
    }

    /// Hands the receiver back; flushing it is up to the caller.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn bytes(
        &mut self,
        at: HostTime,
        kind: &'static str,
        sensor: &SensorId,
        place: Characteristic,
        value: &[u8],
    ) -> io::Result<()> {
        let mut value_hex = std::mem::take(&mut self.hex);
        value_hex.clear();
        for byte in value {
            for digit in [byte >> 4, byte & 0x0f] {
                value_hex.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
            }
        }
        let Characteristic { service, characteristic } = place;
        let rest = Bytes { service, characteristic, value_hex: &value_hex };
        let result = self.line(at, kind, Some(sensor), rest);
        self.hex = value_hex;
        result
    }

    fn link(&mut self, at: HostTime, sensor: &SensorId, change: &LinkChange) -> io::Result<()> {
        let sensor = Some(sensor);
        match change.clone() {
            LinkChange::Up => self.line(at, "link", sensor, LinkLine::Up),
            LinkChange::Leaving => self.line(at, "link", sensor, LinkLine::Leaving),
            LinkChange::Down { reason } => self.line(at, "link", sensor, LinkLine::Down { reason }),
            LinkChange::Advert { name, services, rssi_dbm } => {
                let services = services.into_iter().map(AnyUuid).collect();
                self.line(at, "advert", sensor, AdvertLine { name, services, rssi_dbm })
            }
            LinkChange::Characteristics { found } => {
                let found = found.into_iter().map(|at| FoundCharacteristic {
                    service: AnyUuid(at.service),
                    characteristic: AnyUuid(at.characteristic),
                });
                self.line(at, "characteristics", sensor, CharacteristicsLine { found: found.collect() })
            }
        }
    }

    fn command<T: Serialize>(&mut self, at: HostTime, command: &T) -> io::Result<()> {
        self.line(at, "command", None, command)
    }

    fn line<T: Serialize>(
        &mut self,
        at: HostTime,
        kind: &'static str,
        sensor: Option<&SensorId>,
        rest: T,
    ) -> io::Result<()> {
        if at.0 < self.t_ns {
            let message = format!("a capture's time can't go back, from {} to {} ns", self.t_ns, at.0);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        self.t_ns = at.0;
        serde_json::to_writer(&mut self.out, &Written { t_ns: at.0, kind, sensor, rest })?;
        self.out.write_all(b"\n")
    }
}
