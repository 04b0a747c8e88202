//! Reads the text of an `ironstride.toml`, and finds all its mistakes.

use super::Mistakes;
use super::recover::Reader;
use super::schema;
use super::settings::{CONFIG_VERSION, Settings};
use crate::sensors::home_made::Flaw;
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable as Table, DeValue};

/// The settings of a file and the line of each key that it says, such as `web.listen` or `station.0.id`.
pub(super) type Read = (Settings, BTreeMap<String, usize>);

/// Reads the file at `path`, whose text this is. Relative paths in it begin at its folder.
pub(super) fn read(path: &Path, text: &str) -> Result<Read, Mistakes> {
    let file = path.display().to_string();
    let mut reader = Reader::new(&file, text);
    let document = reader.document();
    let table = document.get_ref();
    if !is_this_version(&mut reader, table) {
        // nothing is known of the keys of another version
        return reader.finish().map(|()| Read::default());
    }
    let whole = Spanned::new(document.span(), DeValue::Table(table.clone()));
    check(&mut reader, "", &schema::inlined(), &whole);
    let settings: Option<Settings> = reader.read(document.clone(), |_| true);
    check_stations(&mut reader, table);
    let settings = settings.map(|settings| placed(settings, table, path.parent().unwrap_or(Path::new(""))));
    if let Some(settings) = &settings {
        check_together(&mut reader, table, settings);
        check_home_made(&mut reader, table, settings);
    }
    let mut lines = BTreeMap::new();
    collect_lines(&mut lines, text, "", whole.get_ref());
    reader.finish().map(|()| (settings.unwrap_or_default(), lines))
}

/// Whether the file is for this program; reports it when it is not.
fn is_this_version(reader: &mut Reader<'_>, table: &Table<'_>) -> bool {
    const KEY: &str = "config_version";
    match table.get(KEY) {
        Some(value) => match number(value.get_ref()).map(|version| version.floor() as i64) {
            Some(version) if version == i64::from(CONFIG_VERSION) => return true,
            Some(version) if version > i64::from(CONFIG_VERSION) => reader.report(
                value.span(),
                format!("{KEY} {version} is newer than this program, which reads {CONFIG_VERSION}; install the newer one"),
            ),
            _ => reader.report(value.span(), format!("there is no such version; write `{KEY} = {CONFIG_VERSION}`")),
        },
        None if reader.is_clean() => {
            reader.report(0..0, format!("`{KEY}` is missing; begin the file with `{KEY} = {CONFIG_VERSION}`"));
        }
        // it is no TOML at all
        None => {}
    }
    false
}

/// Holds `value` and all in it to the schema's ranges and tables; the rest is serde's to find.
///
/// A table must be looked at here, since serde would take a list for it and read its values in order.
fn check(reader: &mut Reader<'_>, key: &str, schema: &Value, value: &Spanned<DeValue<'_>>) {
    let bound = |name: &str| schema[name].as_f64();
    match value.get_ref() {
        DeValue::Table(table) => {
            for (key, value) in table {
                let key = key.get_ref().as_ref();
                // a table of things that have names of their own describes them all at once
                let inner = schema["properties"].get(key).unwrap_or(&schema["additionalProperties"]);
                check(reader, key, inner, value);
            }
        }
        _ if schema["type"] == "object" => {
            reader.report(value.span(), format!("`{key}` must be a table of keys"));
        }
        DeValue::Array(values) => values.iter().for_each(|value| check(reader, key, &schema["items"], value)),
        other => {
            if let (Some(number), Some(least), Some(most)) =
                (number(other), bound("minimum"), bound("maximum"))
                && !(least..=most).contains(&number)
            {
                reader.report(
                    value.span(),
                    format!("{number} is not between {least} and {most}, as `{key}` must be"),
                );
            }
        }
    }
}

/// The number that a value is, if it is one.
fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Integer(integer) => {
            i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(|n| n as f64)
        }
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => None,
    }
}

/// Each station has an id of its own, and there is one at least.
fn check_stations(reader: &mut Reader<'_>, table: &Table<'_>) {
    let Some((stations, span)) =
        table.get("station").and_then(|value| Some((value.get_ref().as_array()?, value.span())))
    else {
        return;
    };
    if stations.is_empty() {
        reader.report(span, "there is no station; describe one with `[[station]]`, or leave `station` out");
    }
    let mut seen = Vec::new();
    for id in stations.iter().filter_map(|station| station.get_ref().get("id")) {
        let Some(name) = id.get_ref().as_str() else { continue };
        if seen.contains(&name) {
            reader.report(id.span(), format!("there are two stations `{name}`; give each an id of its own"));
        }
        seen.push(name);
    }
}

/// What must fit together.
fn check_together(reader: &mut Reader<'_>, table: &Table<'_>, settings: &Settings) {
    let sets = &settings.sets;
    if sets.session_timeout_s <= sets.set_timeout_s {
        let span = said(table, "sets", "session_timeout_s").or_else(|| said(table, "sets", "set_timeout_s"));
        let message = format!(
            "a session that ends after {} s would be over before its sets, which end after {} s; make \
            `session_timeout_s` longer",
            sets.session_timeout_s, sets.set_timeout_s
        );
        reader.report(span.unwrap_or(0..0), message);
    }
    let files = [
        ("exercises", "file", &settings.exercises.file),
        ("influx", "token_file", &settings.influx.token_file),
        ("influx", "ca_file", &settings.influx.ca_file),
    ];
    for (section, key, file) in files {
        if let Some(file) = file
            && let Err(error) = std::fs::metadata(file)
        {
            let message = format!("{}: {error}; correct the path, or leave `{key}` out", file.display());
            reader.report(said(table, section, key).unwrap_or(0..0), message);
        }
    }
}

/// Each layout of a home-made sensor can work, and no two are of one characteristic.
fn check_home_made(reader: &mut Reader<'_>, table: &Table<'_>, settings: &Settings) {
    let tables = table.get("home_made_sensor").and_then(|value| value.get_ref().as_array());
    let mut seen = Vec::new();
    for (layout, table) in settings.home_made_sensors.iter().zip(tables.into_iter().flatten()) {
        let mut flaws = layout.flaws();
        if seen.contains(&layout.source()) {
            let message = "another home-made sensor sends from there too; describe it once".to_owned();
            flaws.push(Flaw { key: "characteristic", message });
        }
        seen.push(layout.source());
        for Flaw { key, message } in flaws {
            reader.report(table.get_ref().get(key).map_or(table.span(), Spanned::span), message);
        }
    }
}

/// Where the file says the value of a key, when it does.
fn said(table: &Table<'_>, section: &str, key: &str) -> Option<Range<usize>> {
    Some(table.get(section)?.get_ref().get(key)?.span())
}

/// The settings with relative paths of the file made absolute.
fn placed(mut settings: Settings, table: &Table<'_>, folder: &Path) -> Settings {
    let absolute = |path: &Path| {
        let path = folder.join(path);
        std::path::absolute(&path).unwrap_or(path)
    };
    if said(table, "store", "directory").is_some() {
        settings.store.directory = absolute(&settings.store.directory);
    }
    for path in [&mut settings.exercises.file, &mut settings.influx.token_file, &mut settings.influx.ca_file]
    {
        *path = path.as_deref().map(absolute);
    }
    settings
}

/// The line of each key, counted from 1.
fn collect_lines(lines: &mut BTreeMap<String, usize>, text: &str, path: &str, value: &DeValue<'_>) {
    let mut inside = |key: &str, value: &Spanned<DeValue<'_>>| {
        let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        collect_lines(lines, text, &path, value.get_ref());
        let before = text.get(..value.span().start).unwrap_or_default();
        lines.insert(path, before.matches('\n').count() + 1);
    };
    match value {
        DeValue::Table(table) => table.iter().for_each(|(key, value)| inside(key.get_ref(), value)),
        DeValue::Array(values) => {
            values.iter().enumerate().for_each(|(index, value)| inside(&index.to_string(), value));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A home-made sensor with these lines before its values.
    fn home_made(lines: &str) -> String {
        format!(
            "[[home_made_sensor]]\nname = \"mine\"\nservice = \"1234\"\ncharacteristic = \"5678\"\n{lines}\n\
            values = [\"accel_x i16 0 1\", \"accel_y i16 2 1\", \"accel_z i16 4 1\"]\n"
        )
    }

    fn mistakes(text: &str) -> String {
        read(Path::new("my.toml"), &format!("config_version = 1\n{text}")).unwrap_err().to_string()
    }

    #[test]
    fn mistakes_are_shown_with_line_and_caret_all_at_once() {
        let text = "[gym]\ntime_zone = \"Europe/Berln\"\n[web]\nlisten = \"localhost\"\nraed = \"open\"\n\
            [[station]]\nid = \"rack-1\"\nname = \"Rack 1\"\nplates_per_side_kg = [25, 250]\n\
            [[station]]\nid = \"rack-1\"\nname = \"Rack 2\"\n[sets]\nset_timeout_s = \"long\"\n";
        let shown = mistakes(text);
        let expected = "\
my.toml:3:13: `Europe/Berln` is no time zone; did you mean `Europe/Berlin`?
  |
3 | time_zone = \"Europe/Berln\"
  |             ^^^^^^^^^^^^^^

my.toml:5:10: `localhost` is no address to listen at; write an IP address and a port, such as `0.0.0.0:8480` (every network) or `127.0.0.1:8480` (this machine only)
  |
5 | listen = \"localhost\"
  |          ^^^^^^^^^^^

my.toml:6:1: unknown field `raed`; did you mean `read`?
  |
6 | raed = \"open\"
  | ^^^^

my.toml:10:27: 250 is not between 0.05 and 100, as `plates_per_side_kg` must be
   |
10 | plates_per_side_kg = [25, 250]
   |                           ^^^

my.toml:12:6: there are two stations `rack-1`; give each an id of its own
   |
12 | id = \"rack-1\"
   |      ^^^^^^^^

my.toml:15:17: invalid type: string \"long\", expected a number
   |
15 | set_timeout_s = \"long\"
   |                 ^^^^^^";
        assert_eq!(shown, expected, "\n{shown}");
    }

    #[test]
    fn each_kind_of_mistake_is_found_where_it_is() {
        for (text, place, words) in [
            ("[gym]\nname = \" \"", "3:8", "the name is empty"),
            ("[gym]\nname = 3", "3:8", "expected text in quotes"),
            ("gym = 3", "2:7", "`gym` must be a table of keys"),
            ("coach.next_load = [1]", "2:19", "`next_load` must be a table"),
            ("station = [[\"a\", \"A\"]]", "2:12", "`station` must be a table"),
            ("[stroe]\nmax_size = \"x\"", "2:2", "did you mean `store`?"),
            ("colour = 1", "2:1", "expected one of `config_version`, `gym`, `web`"),
            ("[web]\nread = \"opne\"", "3:8", "did you mean `open`?"),
            ("[web]\nhosts = [\"a\", \"http://b\"]", "3:9", "`http://b` is no host name"),
            ("[web]\nhosts = \"a\"", "3:9", "expected a list in brackets"),
            ("[web]\nlisten = 8480", "3:10", "expected text in quotes"),
            ("[store]\nmax_size = 20", "3:12", "expected text in quotes"),
            ("[store]\nmax_size = \"20\"", "3:12", "a number and a unit"),
            ("[store]\ndirectory = \"~/x\"", "3:13", "word of the shell"),
            ("[[station]]\nname = \"Rack 1\"", "2:1", "missing field `id`"),
            ("[[station]]\nid = \"Rack 1\"\nname = \"Rack 1\"", "3:6", "write it like `rack-1`"),
            ("[[station]]\nid = 1\nname = \"Rack 1\"", "3:6", "expected text in quotes"),
            ("[[station]]\nid = \"a\"\nname = \"A\"\nbar = 20", "5:1", "did you mean `bar_kg`?"),
            ("[[station]]\nid = \"a\"\nname = \"A\"\nbar_kg = -1", "5:10", "-1 is not between 0 and 50"),
            ("[station]\nid = \"a\"", "2:1", "expected a list in brackets"),
            ("station = []", "2:11", "there is no station"),
            ("[coach.velocity_loss_caps]\npower_pct = 0", "3:13", "0 is not between 1 and 60"),
            ("[coach.velocity_loss_caps]\npower = 10", "3:1", "did you mean `power_pct`?"),
            ("[coach.next_load]\nchange_pct = nan", "3:14", "NaN is not between"),
            ("[coach]\nnext_lode = {}", "3:1", "did you mean `next_load`?"),
            ("[sets]\nkept_sets = -1", "3:13", "-1 is not between"),
            ("[sets]\nset_timeout_s = 500\nsession_timeout_s = 400", "4:21", "would be over before its sets"),
            ("[log]\nlevel = \"verbose\"", "3:9", "expected one of `error`"),
            ("[exercises]\nfile = \"/no/such/file.toml\"", "3:8", "correct the path"),
            (&home_made("rate_hz = 5"), "6:11", "5 is not between 10 and 2000"),
            (&home_made("rate_hz = 100\nform = \"txt\""), "7:8", "did you mean `text`?"),
            (&home_made("rate_hz = 100\nstart = \"0\""), "7:9", "pairs of hexadecimal digits"),
            (&home_made("rate_hz = 100\nstart = \"01\""), "7:9", "as `commands`"),
            (&home_made("rate_hz = 100").replace("i16 2", "i61 2"), "7:10", "`i61` is no type"),
            (
                &home_made("rate_hz = 100").replace("1234", "180f").replace("5678", "2a19"),
                "5:18",
                "need no layout",
            ),
            (&home_made("rate_hz = 100").replace("accel_y", "accel_x"), "7:10", "`accel_x` is there twice"),
            (&home_made("rate_hz = 100").replace("1234", "12"), "4:11", "is no UUID"),
            ("[web]\nlisten = ", "3:10", "string values must be quoted"),
            ("[web]\n[web]", "3:2", "duplicate"),
        ] {
            let shown = mistakes(text);
            assert!(
                shown.starts_with(&format!("my.toml:{place}: ")) && shown.contains(words),
                "{text}\n{shown}"
            );
            assert_eq!(shown.matches("my.toml:").count(), 1, "{text}\n{shown}");
        }
    }

    #[test]
    fn the_version_comes_first() {
        let read = |text: &str| read(Path::new("my.toml"), text).map_err(|mistakes| mistakes.to_string());
        for (text, words) in [
            ("", "begin the file with `config_version = 1`"),
            ("[web]\nlisten = 3", "begin the file with `config_version = 1`"),
            ("config_version = 2\nnew = 1", "1:18: config_version 2 is newer than this program"),
            ("config_version = 0", "no such version"),
            ("config_version = \"1\"", "no such version"),
        ] {
            let shown = read(text).unwrap_err();
            assert!(shown.contains(words), "{text}\n{shown}");
            assert_eq!(shown.matches("my.toml:").count(), 1, "{text}\n{shown}");
        }
        assert!(!read("config_version = \n").unwrap_err().contains("is missing"));
        assert_eq!(read("config_version = 1").unwrap().0, Settings::default());
    }

    #[test]
    fn relative_paths_begin_at_the_file_s_folder() {
        let text = "config_version = 1\n[store]\ndirectory = \"data\"\n";
        let (settings, lines) = read(Path::new("/etc/ironstride/ironstride.toml"), text).unwrap();
        assert_eq!(settings.store.directory, Path::new("/etc/ironstride/data"));
        assert_eq!(lines["store.directory"], 3);
        let (settings, _) = read(Path::new("/etc/ironstride.toml"), "config_version = 1").unwrap();
        assert_eq!(settings.store.directory, Path::new("/var/lib/ironstride"));
    }

    #[test]
    fn rubbish_is_an_error_and_never_a_panic() {
        for text in [
            "\0",
            "[[[[",
            "é = ",
            "station = [1, {}, \"x\"]",
            "station = [[{ id = 1 }]]",
            "coach.next_load = [nan]",
        ] {
            assert!(!mistakes(text).is_empty(), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_explained(text in "[a-z_\\[\\]=\"{}0-9,. \n-]{0,120}") {
            let _ = read(Path::new("my.toml"), &text);
            let _ = read(Path::new("my.toml"), &format!("config_version = 1\n{text}"));
        }
    }
}
