//! What the engine holds of one sensor: its conversation, its role, its state, and what its readings go to.

use super::bar::Bar;
use super::rate::RateWatch;
use crate::model::{
    AthleteId, BatteryReading, Characteristic, DeviceInformation, Event, HostTime, LinkChange, LinkState,
    Mount, Notice, NoticeKind, Request, SensorId, SensorRole, SensorSetup, SensorStatus, Side, StationId,
};
use crate::sensors::{Ask, Conversation, DecodeError};
use std::collections::BTreeSet;

/// Silence after which a streaming sensor is called stalled, s.
const STALL_S: f64 = 3.0;
/// Battery level at which a person should know, %.
const BATTERY_LOW_PERCENT: u8 = 20;
/// A sensor that sends less than this share of the rate it was asked for is slow.
const LEAST_SHARE: f64 = 0.9;
/// Strange characteristics of one sensor that are told one by one; further ones are only counted.
const TOLD_STRANGERS: usize = 16;

/// One sensor.
#[derive(Clone, Debug)]
pub(super) struct Sensor {
    pub(super) conversation: Conversation,
    pub(super) role: Option<SensorRole>,
    pub(super) setup: Option<SensorSetup>,
    /// There once inertial samples have come.
    pub(super) bar: Option<Bar>,
    status: SensorStatus,
    /// The status that was told last.
    told: Option<SensorStatus>,
    last_heard: Option<HostTime>,
    strangers: BTreeSet<Characteristic>,
    bad_samples_told: bool,
    rate: RateWatch,
}

impl Sensor {
    pub(super) fn new(id: SensorId, at: HostTime, conversation: Conversation) -> Self {
        let status = SensorStatus {
            at,
            sensor: id,
            families: Vec::new(),
            link: LinkState::Down,
            battery: None,
            device: DeviceInformation::default(),
            samples: 0,
            lost_samples: 0,
            undecoded: 0,
            sample_rate_hz: None,
            slow: false,
        };
        Self {
            conversation,
            role: None,
            setup: None,
            bar: None,
            status,
            told: None,
            last_heard: None,
            strangers: BTreeSet::new(),
            bad_samples_told: false,
            rate: RateWatch::default(),
        }
    }

    pub(super) fn id(&self) -> &SensorId {
        &self.status.sensor
    }

    /// Where its movements count. A sensor that nobody has assigned is its own station, so that nothing is lost.
    pub(super) fn station(&self) -> StationId {
        match &self.role {
            Some(SensorRole::Bar { station, .. }) => station.clone(),
            _ => StationId(self.id().0.clone()),
        }
    }

    /// Where it is fixed, when somebody has said so.
    pub(super) fn mount(&self) -> Option<Mount> {
        match self.role {
            Some(SensorRole::Bar { mount, .. }) => mount,
            _ => None,
        }
    }

    pub(super) fn side(&self) -> Option<Side> {
        match self.role {
            Some(SensorRole::Bar { side, .. }) => side,
            _ => None,
        }
    }

    /// Whose it is, where it is one person's.
    pub(super) fn athlete(&self) -> Option<&AthleteId> {
        self.role.as_ref()?.athlete()
    }

    /// Bytes came.
    pub(super) fn heard(&mut self, at: HostTime) {
        self.last_heard = Some(at);
        self.status.link = LinkState::Streaming;
    }

    pub(super) fn is_streaming(&self) -> bool {
        self.status.link == LinkState::Streaming
    }

    /// When a streaming sensor will have been silent for too long.
    pub(super) fn stall_deadline(&self) -> Option<HostTime> {
        self.last_heard.filter(|_| self.is_streaming()).map(|at| at.plus_seconds(STALL_S))
    }

    pub(super) fn stall_if_due(&mut self, t: HostTime) {
        if self.stall_deadline().is_some_and(|due| due <= t) {
            self.status.link = LinkState::Stalled;
        }
    }

    /// The link changed; what must be asked of the sensor then.
    pub(super) fn link(&mut self, change: &LinkChange) -> Vec<Ask> {
        match change {
            LinkChange::Up => self.status.link = LinkState::Up,
            LinkChange::Down { .. } => self.status.link = LinkState::Down,
            // its battery drains if it is not told to stop
            LinkChange::Leaving => return self.conversation.stop(),
            LinkChange::Advert { .. } => {}
            LinkChange::Characteristics { found } => return self.conversation.start(found),
        }
        Vec::new()
    }

    /// Samples came: tells when there turn out to be fewer than the sensor was asked for.
    pub(super) fn count_samples(&mut self, at: HostTime, samples: usize) -> Option<Event> {
        let asked_hz = self.conversation.rate_hz()?;
        let rate_hz = self.rate.count(at, samples)?;
        let was_slow = self.status.slow;
        self.status.slow = rate_hz < LEAST_SHARE * asked_hz;
        let message = format!(
            "sensor slow: {rate_hz:.0} of {asked_hz:.0} samples a second, so its velocities can't be trusted; \
            bring it closer to the adapter, or connect it again"
        );
        (self.status.slow && !was_slow).then(|| self.notice(at, NoticeKind::SensorSlow, message))
    }

    pub(super) fn battery(&mut self, reading: BatteryReading, at: HostTime) -> Option<Event> {
        let was_low = self.status.battery.is_some_and(|b| b.percent < BATTERY_LOW_PERCENT);
        self.status.battery = Some(reading);
        let is_low = reading.percent < BATTERY_LOW_PERCENT;
        let message = format!("battery at {} %: charge the sensor before the next session", reading.percent);
        (is_low && !was_low).then(|| self.notice(at, NoticeKind::BatteryLow, message))
    }

    /// Takes over what the device newly says of itself.
    pub(super) fn device(&mut self, news: DeviceInformation) {
        let device = &mut self.status.device;
        let fields = [
            (&mut device.manufacturer, news.manufacturer),
            (&mut device.model, news.model),
            (&mut device.serial, news.serial),
            (&mut device.hardware, news.hardware),
            (&mut device.firmware, news.firmware),
            (&mut device.software, news.software),
        ];
        for (field, new) in fields {
            if new.is_some() {
                *field = new;
            }
        }
    }

    /// Bytes had no meaning. A stranger among the characteristics is told once, every damaged packet is counted and
    /// the first told.
    pub(super) fn undecoded(
        &mut self,
        source: Characteristic,
        error: &DecodeError,
        at: HostTime,
    ) -> Option<Event> {
        self.status.undecoded += 1;
        let news = self.strangers.len() < TOLD_STRANGERS && self.strangers.insert(source);
        let kind = match error {
            DecodeError::UnknownCharacteristic(_) => NoticeKind::UnknownSensor,
            _ => NoticeKind::Undecoded,
        };
        news.then(|| self.notice(at, kind, error.to_string()))
    }

    /// Samples that cannot be were dropped: told once, counted for good.
    pub(super) fn bad_samples(&mut self, at: HostTime) -> Option<Event> {
        let counters = self.bar.as_ref()?.counters();
        let bad = counters.invalid + counters.backwards;
        if bad == 0 || self.bad_samples_told {
            return None;
        }
        self.bad_samples_told = true;
        let message = "samples with impossible values, or times that go back, are left out".to_owned();
        Some(self.notice(at, NoticeKind::BadSamples, message))
    }

    pub(super) fn notice(&self, at: HostTime, kind: NoticeKind, message: String) -> Event {
        Event::Notice(Notice { at, sensor: Some(self.id().clone()), kind, message })
    }

    pub(super) fn request(&self, at: HostTime, ask: Ask) -> Event {
        let Ask { target, action, after_ms, purpose } = ask;
        let (sensor, purpose) = (self.id().clone(), purpose.to_owned());
        Event::Request(Request { at, sensor, target, action, after_ms, purpose })
    }

    /// The status, when something in it is new that people look at; the counters alone are no news.
    pub(super) fn news(&mut self, at: HostTime) -> Option<Event> {
        if let Some(bar) = &self.bar {
            self.status.samples = bar.counters().received;
            self.status.lost_samples = bar.counters().lost;
            self.status.sample_rate_hz = bar.sample_rate_hz();
        }
        let families = self.conversation.families();
        if self.status.families != families {
            self.status.families = families.into_iter().map(str::to_owned).collect();
        }
        let news = self.told.as_ref().is_none_or(|told| {
            told.link != self.status.link
                || told.families != self.status.families
                || told.battery != self.status.battery
                || told.device != self.status.device
                || told.lost_samples != self.status.lost_samples
                || told.slow != self.status.slow
        });
        news.then(|| {
            self.status.at = at;
            self.told = Some(self.status.clone());
            Event::Sensor(Box::new(self.status.clone()))
        })
    }
}
