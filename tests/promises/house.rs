//! The rooms of the house keep to the directions of their imports, and the pure ones stay pure.
//!
//! Unit tests are held to it like all code, with these exceptions: they may use the test crates, the simulator as a
//! source of movements, and read recordings and print figures. Time stays data for them too, and so does order. What
//! needs more of the house to be tested is tested here, in `tests/promises/`.
//!
//! Not checked: `src/lib.rs` (it may only name the rooms, and a test holds it to that) and `src/main.rs` (one call).

mod planted;
mod scan;

use scan::{Kind, Mention, mentions};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of `src/`.
struct Room {
    name: &'static str,
    /// Other rooms it may import, by name.
    imports: &'static [&'static str],
    /// Crates it may name besides those that all may.
    crates: &'static [&'static str],
    /// No I/O, clock, thread, async, logging, environment, shared state or random order.
    pure: bool,
}

const fn pure(name: &'static str, imports: &'static [&'static str], crates: &'static [&'static str]) -> Room {
    Room { name, imports, crates, pure: true }
}

const fn edge(name: &'static str, imports: &'static [&'static str], crates: &'static [&'static str]) -> Room {
    Room { name, imports, crates, pure: false }
}

/// The table of `docs/architecture.md`.
const HOUSE: &[Room] = &[
    pure("model", &[], &[]),
    pure("sensors", &["model"], &["firmware_protocol", "schemars"]),
    pure("motion", &["model"], &["nalgebra", "vqf_rs"]),
    pure("lifting", &["model", "motion"], &[]),
    pure("running", &["model", "motion"], &[]),
    pure("session", &["model", "lifting", "running"], &["schemars"]),
    pure("coach", &["model", "lifting", "running", "session"], &["schemars"]),
    pure("engine", &["model", "sensors", "motion", "lifting", "running", "session", "coach"], &[]),
    pure("simulate", &["model", "sensors"], &["firmware_protocol", "libm", "nalgebra"]),
    pure("trust", &["model", "motion"], &["nalgebra"]),
    edge(
        "config",
        &["model", "sensors", "session", "coach"],
        &["jiff", "schemars", "serde_json", "strsim", "toml"],
    ),
    edge("radio", &["model", "sensors", "simulate"], &["serde_json", "tokio", "tokio_util", "tracing"]),
    edge("store", &["model"], &["jiff", "rusqlite", "serde_json", "sha2", "tokio", "tracing", "zstd"]),
    edge(
        "influx",
        &["model", "config", "store", "simulate"],
        &["flate2", "influxdb2", "reqwest", "serde_json", "sha2", "tokio", "tracing"],
    ),
    edge("web", &["model", "store"], WEB_CRATES),
    edge(
        "daemon",
        ALL,
        &[
            "rusqlite",
            "rustix",
            "sd_notify",
            "serde_json",
            "sha2",
            "tokio",
            "tokio_util",
            "tracing",
            "tracing_journald",
            "tracing_subscriber",
        ],
    ),
    edge(
        "cli",
        ALL,
        &["clap", "firmware_protocol", "jiff", "serde_json", "sha2", "tokio", "tokio_util", "tracing"],
    ),
];

/// What the web room builds on.
const WEB_CRATES: &[&str] = &[
    "axum",
    "futures_util",
    "getrandom",
    "jiff",
    "prometheus_client",
    "rust_embed",
    "serde_json",
    "sha2",
    "tokio",
    "tokio_util",
    "tower",
    "tower_http",
    "tracing",
    "utoipa",
    "utoipa_axum",
];

/// Every room.
const ALL: &[&str] = &[
    "model", "sensors", "motion", "lifting", "running", "session", "coach", "engine", "simulate", "trust",
    "config", "radio", "store", "influx", "web", "daemon",
];

/// Crates that only describe data and errors: all rooms may name them.
const EVERYWHERE: &[&str] = &["std", "core", "alloc", "serde", "thiserror", "uuid"];
/// What unit tests may use besides.
const TEST_CRATES: &[&str] = &["proptest", "serde_json"];
/// The rooms that unit tests may use besides.
const TEST_ROOMS: &[&str] = &["simulate"];

/// What unit tests may use of the standard library although the room is pure: where recordings are, and how they fit.
const TEST_IMPURE: &[&str] = &["fs", "io", "env", "println", "print", "eprintln", "eprint"];

/// Where in the standard library a pure room has no business, and why.
const IMPURE: &[(&[&str], &str)] = &[
    (&["fs"], "files are read by drivers"),
    (&["io"], "bytes are carried by drivers"),
    (&["net"], "the network is the edge's"),
    (&["os"], "the core is the same on every machine"),
    (&["env"], "what a core needs is given to it"),
    (&["process"], "the core can't end the program"),
    (&["thread"], "the core is one value, driven by one owner"),
    (&["task"], "the core is not async"),
    (&["future"], "the core is not async"),
    (&["time"], "time is an argument: `HostTime`, `DeviceTime`"),
    (&["random"], "chance comes from a seed"),
    (&["sync", "atomic"], "shared state makes results depend on who else was there"),
    (&["sync", "mpsc"], "shared state makes results depend on who else was there"),
    (&["sync", "Mutex"], "shared state makes results depend on who else was there"),
    (&["sync", "RwLock"], "shared state makes results depend on who else was there"),
    (&["sync", "Condvar"], "shared state makes results depend on who else was there"),
    (&["collections", "HashMap"], "its order differs from run to run: `BTreeMap`"),
    (&["collections", "HashSet"], "its order differs from run to run: `BTreeSet`"),
    (&["collections", "hash_map"], "its order differs from run to run: `BTreeMap`"),
    (&["collections", "hash_set"], "its order differs from run to run: `BTreeSet`"),
    (&["hash", "RandomState"], "it differs from run to run"),
    (&["println"], "what there is to say is an event"),
    (&["print"], "what there is to say is an event"),
    (&["eprintln"], "what there is to say is an event"),
    (&["eprint"], "what there is to say is an event"),
    (&["dbg"], "what there is to say is an event"),
    (&["option_env"], "what a core needs is given to it"),
    (&["thread_local"], "the core is one value, driven by one owner"),
    (&["include"], "code that this test would not see"),
];

/// What a file of a room does that it may not, one sentence each.
fn violations(room: &Room, source: &str, module: &[&str], crates: &BTreeSet<String>) -> Vec<String> {
    match mentions(source, module, crates) {
        Ok(found) => {
            found.iter().filter_map(|mention| Some((mention, violation(room, mention)?))).map(say).collect()
        }
        Err(unreadable) => vec![unreadable],
    }
}

fn say((mention, reason): (&Mention, String)) -> String {
    format!("line {}: `{}`: {reason}", mention.line, mention.path.join("::"))
}

fn violation(room: &Room, mention: &Mention) -> Option<String> {
    let path: Vec<&str> = mention.path.iter().map(String::as_str).collect();
    match (mention.kind, path.as_slice()) {
        (Kind::Keyword, _) => room.pure.then(|| "the core is not async".to_owned()),
        (Kind::Macro, name) => impure(room, name, mention.in_test),
        (Kind::Path, ["crate"]) => Some("the whole house; name the room".to_owned()),
        (Kind::Path, ["crate", other, ..]) => import(room, other, mention.in_test),
        (Kind::Path, ["std" | "core" | "alloc", rest @ ..]) => impure(room, rest, mention.in_test),
        (Kind::Path, [name, ..]) => {
            let allowed = EVERYWHERE.contains(name)
                || room.crates.contains(name)
                || (mention.in_test && TEST_CRATES.contains(name));
            (!allowed).then(|| format!("`{}` does not use this crate", room.name))
        }
        (Kind::Path, []) => None,
    }
}

fn import(room: &Room, other: &str, in_test: bool) -> Option<String> {
    let allowed =
        other == room.name || room.imports.contains(&other) || (in_test && TEST_ROOMS.contains(&other));
    let known = HOUSE.iter().any(|room| room.name == other);
    match (allowed, known) {
        (true, _) => None,
        (false, true) => Some(format!("`{}` may not import `{other}`", room.name)),
        (false, false) => Some("no such room; nothing but rooms stands at the root".to_owned()),
    }
}

/// The reason why a pure room may not name this part of the standard library. A parent of a forbidden part is forbidden
/// too, or `use std as s` and `use std::collections::*` would open the door for the whole file and its children.
fn impure(room: &Room, path: &[&str], in_test: bool) -> Option<String> {
    let excused = in_test && path.first().is_some_and(|part| TEST_IMPURE.contains(part));
    let touches = |forbidden: &[&str]| forbidden.iter().zip(path).all(|(a, b)| a == b);
    let (_, reason) = IMPURE.iter().find(|(forbidden, _)| touches(forbidden))?;
    (room.pure && !excused).then(|| (*reason).to_owned())
}

/// Repository root.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All Rust files below `folder`, in order.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The module of a file of `src/`: `lifting/sets.rs` is `lifting::sets`, `lifting/mod.rs` is `lifting`.
fn module_of(file: &Path) -> Vec<String> {
    let mut module: Vec<String> =
        file.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
    module.pop_if(|last| last == "mod");
    module
}

/// Names of all crates that code of this package can name.
fn crates() -> BTreeSet<String> {
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let named = ["dependencies", "dev-dependencies"].map(|key| manifest[key].as_table().unwrap().keys());
    let named = named.into_iter().flatten().map(|name| name.replace('-', "_"));
    named.chain(["std", "core", "alloc", "ironstride"].map(str::to_owned)).collect()
}

/// A module called `tests` is judged as tests; its parent must say that it is only that.
fn declared_as_tests(src: &Path, module: &[&str]) -> bool {
    let Some(at) = module.iter().position(|name| *name == "tests") else { return true };
    let parent = src.join(module[..at].join("/"));
    let mut texts = [parent.join("mod.rs"), parent.with_extension("rs")]
        .into_iter()
        .filter_map(|path| fs::read_to_string(path).ok());
    texts.any(|text| {
        let lines: Vec<&str> = text.lines().collect();
        lines.windows(2).any(|pair| pair[0] == "#[cfg(test)]" && pair[1].ends_with("mod tests;"))
    })
}

#[test]
fn every_room_keeps_to_its_imports_and_the_pure_ones_are_pure() {
    let crates = crates();
    let src = root().join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&src) {
        let inside = file.strip_prefix(&src).unwrap();
        let module = module_of(inside);
        if inside.iter().count() == 1 && ["lib", "main"].contains(&module[0].as_str()) {
            continue;
        }
        let source = fs::read_to_string(&file).unwrap();
        let module: Vec<&str> = module.iter().map(String::as_str).collect();
        let Some(room) = HOUSE.iter().find(|room| room.name == module[0]) else {
            wrong.push(format!("src/{}: no such room in the table", inside.display()));
            continue;
        };
        if !declared_as_tests(&src, &module) {
            wrong.push(format!("src/{}: is judged as tests, but not declared as such", inside.display()));
        }
        let found = violations(room, &source, &module, &crates);
        wrong.extend(found.iter().map(|what| format!("src/{}, {what}", inside.display())));
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn nothing_but_rooms_stands_at_the_root() {
    let source = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    let items: Vec<&str> =
        source.lines().filter(|line| !line.is_empty() && !line.starts_with("//!")).collect();
    for item in items {
        let room = item.strip_prefix("pub mod ").and_then(|rest| rest.strip_suffix(';'));
        assert!(room.is_some_and(|name| HOUSE.iter().any(|room| room.name == name)), "src/lib.rs: {item}");
    }
}

/// What a file of `firmware-protocol` names besides `core` and the derive of its layouts; its tests are free.
fn beyond_core(source: &str, module: &[&str]) -> Vec<String> {
    let crates = crates().into_iter().chain(["zerocopy".to_owned()]).collect();
    let found = mentions(source, module, &crates).unwrap();
    let outside = found.iter().filter(|mention| {
        let at_home = matches!(mention.path[0].as_str(), "crate" | "core" | "zerocopy");
        mention.kind == Kind::Path && !mention.in_test && !at_home
    });
    outside.map(|mention| say((mention, "the wire format needs core only".to_owned()))).collect()
}

#[test]
fn the_wire_format_needs_core_only() {
    let folder = root().join("firmware-protocol/src");
    for file in rust_files(&folder) {
        let source = fs::read_to_string(&file).unwrap();
        let module = module_of(file.strip_prefix(&folder).unwrap());
        let module: Vec<&str> = module.iter().map(String::as_str).filter(|name| *name != "lib").collect();
        let found = beyond_core(&source, &module);
        assert!(found.is_empty(), "{}, {}", file.display(), found.join("\n"));
    }
}

#[test]
fn files_stay_readable() {
    for folder in ["src", "tests", "firmware-protocol"] {
        for file in rust_files(&root().join(folder)) {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            assert!(lines < 450, "{}: {lines} lines; find the seam and split it", file.display());
        }
    }
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let mut inside = false;
    let mut before = "";
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            assert!(
                before.starts_with('#'),
                "Cargo.toml: the line above this one should say why it is there: {line}"
            );
        }
        before = line;
    }
}
