//! Which settings are in force: flag over environment over file over default.

use super::settings::{SERVICE_DIRECTORY, Settings};
use super::{Catalogue, Mistakes, settings_file, values};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::{env, fmt, fs, io};
use thiserror::Error;

/// Where the machine's file is looked for.
const MACHINE_FILE: &str = "/etc/ironstride/ironstride.toml";

/// What the command line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--config`: the file.
    pub config: Option<PathBuf>,
    /// `--data`: folder of the store.
    pub data: Option<PathBuf>,
    /// `--listen`: address and port.
    pub listen: Option<String>,
    /// `--log`: level of the log.
    pub log: Option<String>,
}

/// What the environment says, as far as it matters here. An empty value counts as none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// The environment of this process.
    #[must_use]
    pub fn of_process() -> Self {
        env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value))).collect()
    }

    fn get(&self, name: &str) -> Option<&OsStr> {
        self.0.get(name).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        self.get(name).map(PathBuf::from)
    }

    /// A folder for files of the user: as `name` says, else `below` the home directory.
    fn user_folder(&self, name: &str, below: &str) -> Option<PathBuf> {
        let folder = self.path(name).or_else(|| Some(self.path("HOME")?.join(below)))?;
        Some(folder.join("ironstride"))
    }

    /// Where a file is looked for when none is named, first found first taken.
    fn usual_files(&self) -> Vec<PathBuf> {
        let own = self.user_folder("XDG_CONFIG_HOME", ".config");
        own.map(|folder| folder.join("ironstride.toml")).into_iter().chain([MACHINE_FILE.into()]).collect()
    }

    /// Where the store is when nobody says so, and why there.
    fn usual_store(&self) -> (PathBuf, &'static str) {
        // systemd gives several separated by colons; ours is the first
        let state = self.get("STATE_DIRECTORY").and_then(OsStr::to_str).and_then(|all| all.split(':').next());
        if let Some(folder) = state {
            return (folder.into(), "the service's folder");
        }
        let service = PathBuf::from(SERVICE_DIRECTORY);
        match self.user_folder("XDG_DATA_HOME", ".local/share") {
            Some(own) if !service.is_dir() => (own, "the user's folder"),
            _ => (service, "the service's folder"),
        }
    }
}

impl FromIterator<(String, OsString)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, OsString)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

/// Where a setting comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The program.
    Default,
    /// The machine the program runs on, in a few words.
    Machine(&'static str),
    /// This line of the file.
    File(usize),
    /// This variable of the environment.
    Environment(&'static str),
    /// This flag.
    Flag(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => write!(f, "default"),
            Self::Machine(words) => write!(f, "default: {words}"),
            Self::File(line) => write!(f, "line {line}"),
            Self::Environment(name) => write!(f, "environment, {name}"),
            Self::Flag(name) => write!(f, "{name}"),
        }
    }
}

/// Why no settings are in force. Each is wrong usage or configuration: exit code 2.
#[derive(Debug, Error)]
pub enum SettingsError {
    /// The file can't be read.
    #[error(
        "cannot read the configuration {}{}: {source}; correct the path, or begin a file with `ironstride config \
        template > {}`",
        path.display(), said_by(.named), path.display()
    )]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Who named it; nobody did when it is where files are looked for.
        named: Option<Origin>,
        /// The system's word.
        source: io::Error,
    },
    /// The file, or that of the exercises, has mistakes.
    #[error(transparent)]
    Mistakes(#[from] Mistakes),
    /// A flag or a variable of the environment is no such value.
    #[error("{origin}: {message}")]
    Value {
        /// Which.
        origin: Origin,
        /// What is wrong and what to do.
        message: String,
    },
}

/// Who named a file, where that is not plain from the command itself.
fn said_by(named: &Option<Origin>) -> String {
    match named {
        None | Some(Origin::Flag(_)) => String::new(),
        Some(origin) => format!(" ({origin})"),
    }
}

/// The settings that are in force, and where each comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct InForce {
    /// The settings.
    pub settings: Settings,
    /// The file that was read, if any.
    pub file: Option<PathBuf>,
    /// Where files were looked for in vain.
    looked_for: Vec<PathBuf>,
    /// By key, such as `web.listen`; all others are the program's defaults.
    origins: BTreeMap<String, Origin>,
}

impl InForce {
    /// Puts the layers over each other.
    pub fn find(flags: &Flags, environment: &Environment) -> Result<Self, SettingsError> {
        let named = flags.config.clone().map(|path| (path, Origin::Flag("--config"))).or_else(|| {
            Some((environment.path("IRONSTRIDE_CONFIG")?, Origin::Environment("IRONSTRIDE_CONFIG")))
        });
        let mut found = match named {
            Some((path, origin)) => {
                Self::read(&path).map_err(|error| unreadable(path, Some(origin), error))?
            }
            None => Self::look_for(environment.usual_files())?,
        };
        found.fill_from_machine(environment);
        found.lay(flags, environment)?;
        Ok(found)
    }

    /// Where the setting `key` comes from, such as `web.listen` or `station.0.bar_kg`.
    #[must_use]
    pub fn origin(&self, key: &str) -> &Origin {
        self.origins.get(key).unwrap_or(&Origin::Default)
    }

    /// Which file is in force, in one sentence.
    #[must_use]
    pub fn source(&self) -> String {
        match &self.file {
            Some(file) => format!("configuration: {}", file.display()),
            None => {
                let places: Vec<String> =
                    self.looked_for.iter().map(|path| path.display().to_string()).collect();
                format!("no configuration file ({}): the defaults are in force", places.join(", "))
            }
        }
    }

    /// The exercises: the program's own, under those of the file that the settings name.
    pub fn catalogue(&self) -> Result<Catalogue, SettingsError> {
        let catalogue = Catalogue::embedded()?;
        let Some(path) = &self.settings.exercises.file else { return Ok(catalogue) };
        let origin = || Some(self.origin("exercises.file").clone());
        let text = fs::read_to_string(path).map_err(|source| SettingsError::Unreadable {
            path: path.clone(),
            named: origin(),
            source,
        })?;
        Ok(catalogue.overlay(&path.display().to_string(), &text)?)
    }

    fn look_for(places: Vec<PathBuf>) -> Result<Self, SettingsError> {
        for path in &places {
            match Self::read(path) {
                Err(ReadError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {}
                read => return read.map_err(|error| unreadable(path.clone(), None, error)),
            }
        }
        let (settings, origins) = (Settings::default(), BTreeMap::new());
        Ok(Self { settings, origins, file: None, looked_for: places })
    }

    fn read(path: &Path) -> Result<Self, ReadError> {
        let text = fs::read_to_string(path).map_err(ReadError::Io)?;
        let (settings, lines) = settings_file::read(path, &text).map_err(ReadError::Mistakes)?;
        let origins = lines.into_iter().map(|(key, line)| (key, Origin::File(line))).collect();
        Ok(Self { settings, origins, file: Some(path.to_owned()), looked_for: Vec::new() })
    }

    /// Defaults that only the machine knows.
    fn fill_from_machine(&mut self, environment: &Environment) {
        let Self { settings, origins, .. } = self;
        origins.entry("gym.time_zone".to_owned()).or_insert_with(|| {
            let zone = jiff::tz::TimeZone::system();
            zone.iana_name().unwrap_or("UTC").clone_into(&mut settings.gym.time_zone);
            Origin::Machine("the machine's")
        });
        origins.entry("store.directory".to_owned()).or_insert_with(|| {
            let (folder, why) = environment.usual_store();
            settings.store.directory = folder;
            Origin::Machine(why)
        });
    }

    /// Lays environment and flags over what there is.
    fn lay(&mut self, flags: &Flags, environment: &Environment) -> Result<(), SettingsError> {
        let layer = |flag: Option<&OsStr>, flag_name, variable| {
            let flag = flag.map(|value| (value.to_owned(), Origin::Flag(flag_name)));
            flag.or_else(|| Some((environment.get(variable)?.to_owned(), Origin::Environment(variable))))
        };
        let Flags { data, listen, log, .. } = flags;
        let settings = &mut self.settings;
        if let Some((folder, origin)) =
            layer(data.as_deref().map(Path::as_os_str), "--data", "IRONSTRIDE_DATA")
        {
            let folder = PathBuf::from(folder);
            settings.store.directory = std::path::absolute(&folder).unwrap_or(folder);
            self.origins.insert("store.directory".to_owned(), origin);
        }
        if let Some((text, origin)) =
            layer(listen.as_deref().map(OsStr::new), "--listen", "IRONSTRIDE_LISTEN")
        {
            settings.web.listen = parsed(&text, &origin, values::parse_listen)?;
            self.origins.insert("web.listen".to_owned(), origin);
        }
        if let Some((text, origin)) = layer(log.as_deref().map(OsStr::new), "--log", "IRONSTRIDE_LOG") {
            settings.log.level = parsed(&text, &origin, values::parse_level)?;
            self.origins.insert("log.level".to_owned(), origin);
        }
        Ok(())
    }
}

/// A value of a flag or of the environment.
fn parsed<T>(
    text: &OsStr,
    origin: &Origin,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, SettingsError> {
    parse(&text.to_string_lossy()).map_err(|message| SettingsError::Value { origin: origin.clone(), message })
}

/// Why a file can't be used.
enum ReadError {
    Io(io::Error),
    Mistakes(Mistakes),
}

fn unreadable(path: PathBuf, named: Option<Origin>, error: ReadError) -> SettingsError {
    match error {
        ReadError::Io(source) => SettingsError::Unreadable { path, named, source },
        ReadError::Mistakes(mistakes) => mistakes.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        variables.iter().map(|(name, value)| ((*name).to_owned(), OsString::from(value))).collect()
    }

    #[test]
    fn flags_win_over_the_environment_and_that_over_the_default() {
        let variables =
            [("IRONSTRIDE_LISTEN", "127.0.0.1:1"), ("IRONSTRIDE_DATA", "/a"), ("IRONSTRIDE_LOG", "")];
        let flags = Flags { listen: Some("127.0.0.1:2".to_owned()), ..Flags::default() };
        let found = InForce::find(&flags, &environment(&variables)).unwrap();
        let Settings { web, store, log, .. } = &found.settings;
        assert_eq!((web.listen.port(), store.directory.as_path()), (2, Path::new("/a")));
        assert_eq!(found.origin("web.listen"), &Origin::Flag("--listen"));
        assert_eq!(found.origin("store.directory"), &Origin::Environment("IRONSTRIDE_DATA"));
        assert_eq!((found.origin("log.level"), log), (&Origin::Default, &Settings::default().log));
    }

    #[test]
    fn wrong_values_name_their_flag_or_variable() {
        let flags = Flags { listen: Some("x".to_owned()), ..Flags::default() };
        let said = InForce::find(&flags, &Environment::default()).unwrap_err().to_string();
        assert!(said.starts_with("--listen: `x` is no address"), "{said}");
        let variables = environment(&[("IRONSTRIDE_LOG", "inf")]);
        let said = InForce::find(&Flags::default(), &variables).unwrap_err().to_string();
        assert_eq!(said, "environment, IRONSTRIDE_LOG: `inf` is no level of the log; did you mean `info`?");
    }

    #[test]
    fn a_named_file_must_be_there_and_others_need_not() {
        let flags = Flags { config: Some("/no/such.toml".into()), ..Flags::default() };
        let said = InForce::find(&flags, &Environment::default()).unwrap_err().to_string();
        assert!(said.starts_with("cannot read the configuration /no/such.toml: "), "{said}");
        let variables = environment(&[("IRONSTRIDE_CONFIG", "/no/such.toml")]);
        assert!(InForce::find(&Flags::default(), &variables).is_err());
        let variables = environment(&[("HOME", "/no/such/home")]);
        let found = InForce::find(&Flags::default(), &variables).unwrap();
        assert!(found.source().starts_with("no configuration file (/no/such/home/.config/ironstride/"));
    }

    #[test]
    fn the_store_is_where_the_service_or_the_user_keeps_things() {
        let store = |variables: &[(&str, &str)]| environment(variables).usual_store().0;
        assert_eq!(
            store(&[("STATE_DIRECTORY", "/var/lib/x:/var/lib/y"), ("HOME", "/h")]),
            Path::new("/var/lib/x")
        );
        assert_eq!(store(&[]), Path::new(SERVICE_DIRECTORY));
        if !Path::new(SERVICE_DIRECTORY).is_dir() {
            assert_eq!(store(&[("HOME", "/h")]), Path::new("/h/.local/share/ironstride"));
            assert_eq!(store(&[("HOME", "/h"), ("XDG_DATA_HOME", "/d")]), Path::new("/d/ironstride"));
        }
    }
}
