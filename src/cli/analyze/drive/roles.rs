//! Who is who in a recording: what the engine must be told, because no configuration says it.
//!
//! What a capture's own commands say stands, except where an option says otherwise, and a station of which nothing is
//! said hears what the options say as soon as a bar of it is heard.

use super::{Drive, UNNAMED};
use crate::cli::analyze::failure::AnalyzeError;
use crate::model::{
    Athlete, AthleteId, Command, Context, HostTime, Input, Order, SensorAssignment, SensorId, SensorRole,
    SensorSetup, StationContext, StationId,
};
use crate::radio::roles::Unsaid;

impl Drive<'_> {
    /// Lets a capture's input in, after the engine has been told what it needs to know about it.
    pub(super) fn capture_input(&mut self, mut input: Input) -> Result<(), AnalyzeError> {
        if let Input::Notification(notification) = &input {
            self.findings.place.arrived(&notification.sensor, notification.at);
        }
        match self.findings.roles.unsaid(&input) {
            None => {}
            Some(Unsaid::Station(station)) => self.introduce_station(station, input.at())?,
            Some(Unsaid::Bar { sensor, station, is_new_station: true }) => {
                self.introduce_bar(&sensor, station, input.at())?;
            }
            Some(Unsaid::Bar { sensor, station, is_new_station: false }) => {
                self.introduce_bar_at(&sensor, station, input.at())?;
            }
            Some(Unsaid::Footpod(sensor)) => {
                let role = SensorRole::Footpod { athlete: UNNAMED.into(), foot: None };
                self.tell(input.at(), Context::Sensor(SensorAssignment { sensor, role }))?;
            }
        }
        match &mut input {
            Input::Context {
                context: Context::Sensor(SensorAssignment { sensor, role: SensorRole::Bar { mount, .. } }),
                at,
            } => {
                *mount = self.settings.mount.or(*mount);
                let (sensor, at) = (sensor.clone(), *at);
                self.choose_series(&sensor);
                self.set_up(&sensor, at)?;
            }
            Input::Context { context: Context::SensorSetup(told), .. } => {
                if let Some(setup) = self.settings.setup.as_ref().filter(|setup| setup.sensor == told.sensor)
                {
                    *told = setup.clone();
                }
            }
            Input::Context { context: Context::Athlete(athlete), .. } => {
                athlete.body_mass_kg = self.settings.body_mass_kg.or(athlete.body_mass_kg);
            }
            Input::Command(Command { at, order: Order::SetStation { context, .. } }) => {
                self.overrule(context);
                let (athlete, at) = (context.athlete.clone(), *at);
                if let Some(athlete) = athlete {
                    self.introduce_athlete(athlete, at)?;
                }
            }
            _ => {}
        }
        self.handle(&input)
    }

    pub(super) fn introduce_athlete(&mut self, id: AthleteId, at: HostTime) -> Result<(), AnalyzeError> {
        let body_mass_kg = self.settings.body_mass_kg;
        if body_mass_kg.is_none() && id.as_str() != UNNAMED {
            return Ok(());
        }
        self.tell(at, Context::Athlete(Athlete { id, body_mass_kg }))
    }

    /// A bar at a station of which nothing was said yet.
    pub(super) fn introduce_bar(
        &mut self,
        sensor: &SensorId,
        station: StationId,
        at: HostTime,
    ) -> Result<(), AnalyzeError> {
        self.introduce_bar_at(sensor, station.clone(), at)?;
        self.introduce_station(station, at)
    }

    /// A station of which nothing was said yet.
    fn introduce_station(&mut self, station: StationId, at: HostTime) -> Result<(), AnalyzeError> {
        let mut context = StationContext { athlete: Some(UNNAMED.into()), ..StationContext::default() };
        self.overrule(&mut context);
        self.handle(&Input::Command(Command { at, order: Order::SetStation { station, context } }))
    }

    fn introduce_bar_at(
        &mut self,
        sensor: &SensorId,
        station: StationId,
        at: HostTime,
    ) -> Result<(), AnalyzeError> {
        self.choose_series(sensor);
        self.set_up(sensor, at)?;
        let role = SensorRole::Bar { station, mount: self.settings.mount, side: None };
        self.tell(at, Context::Sensor(SensorAssignment { sensor: sensor.clone(), role }))
    }

    /// What the configuration says of the sensor as an instrument. A trace has no sensor's name, so it is the one meant.
    fn set_up(&mut self, sensor: &SensorId, at: HostTime) -> Result<(), AnalyzeError> {
        let meant = self.settings.setup.as_ref().filter(|setup| self.is_trace || setup.sensor == *sensor);
        let Some(setup) = meant else { return Ok(()) };
        let setup = SensorSetup { sensor: sensor.clone(), ..setup.clone() };
        self.tell(at, Context::SensorSetup(setup))
    }

    /// A series holds one sensor: the first bar.
    fn choose_series(&mut self, bar: &SensorId) {
        let is_wanted = self.traces.settled.is_some() || self.traces.live.is_some();
        let first = self.in_series.get_or_insert_with(|| bar.clone());
        if is_wanted && first != bar {
            let words = format!("the series is that of {first}; {bar} is left out of it");
            self.findings.warnings.add(words);
        }
    }

    /// What the options say goes before what the capture says.
    fn overrule(&self, context: &mut StationContext) {
        if self.settings.exercise.is_some() {
            context.exercise.clone_from(&self.settings.exercise);
        }
        context.load_kg = self.settings.load_kg.or(context.load_kg);
        // a body's mass is an athlete's, so there must be one
        if self.settings.body_mass_kg.is_some() {
            context.athlete.get_or_insert_with(|| UNNAMED.into());
        }
    }

    fn tell(&mut self, at: HostTime, context: Context) -> Result<(), AnalyzeError> {
        self.handle(&Input::Context { at, context })
    }
}
