//! Proof that the house test sees: violations planted in every form that we could think of, and innocent look-alikes.

use super::{HOUSE, beyond_core, crates, violations};

/// What the house says of `source` as the file `module` of its room.
fn judged(module: &[&str], source: &str) -> Vec<String> {
    let room = HOUSE.iter().find(|room| room.name == module[0]).unwrap();
    violations(room, source, module, &crates())
}

#[track_caller]
fn caught(module: &[&str], source: &str, words: &str) {
    let said = judged(module, source);
    assert!(
        said.iter().any(|what| what.contains(words)),
        "not caught in {module:?}: {source}\nsaid: {said:?}"
    );
}

#[track_caller]
fn innocent(module: &[&str], source: &str) {
    assert_eq!(judged(module, source), Vec::<String>::new(), "{source}");
}

#[test]
fn a_forbidden_room_is_caught_in_every_spelling() {
    for source in [
        "use crate::engine::Engine;",
        "use crate::{model::Rep, engine::Engine};",
        "use crate::{model, engine::{self, Engine as E}};",
        "use super::super::engine::Engine;",
        "use super::{super::engine::Engine};",
        "use self::super::super::engine;",
        "use crate::engine::*;",
        "use crate::r#engine::Engine;",
        "fn f() { crate::engine::Engine::new(config); }",
        "fn f() -> Vec<crate::engine::Engine> { todo() }",
        "fn f(x: <crate::engine::Engine as Trait>::Out) {}",
        "pub use crate::engine as motor;",
        "use crate as house; fn f() { house::engine::run(); }",
        "use crate::{self as house}; fn f() { house::engine::run(); }",
        "use super::super as house; use house::engine::Engine;",
        "macro_rules! m { () => { $crate::engine::run() } }",
        "fn f() { assert!(crate::engine::ready()); }",
        "fn f() { vec![format!(\"{}\", crate::engine::ready())]; }",
        "impl crate::engine::Driver for X {}",
        "mod inner { use super::super::super::engine::Engine; }",
        "#[cfg(test)] mod tests { use crate::engine::Engine; }",
        "#[cfg(test)] mod tests {}\nuse crate::engine::Engine;",
        "fn f() { use crate::engine::Engine; }",
        "fn f() -> impl Iterator + use<'a> { crate::engine::run() }",
    ] {
        caught(&["lifting", "sets"], source, "`lifting` may not import `engine`");
    }
}

#[test]
fn the_root_is_no_room() {
    for source in ["use crate::*;", "use super::super::*;", "use crate as c;", "use crate::{self as c};"] {
        caught(&["lifting", "sets"], source, "the whole house");
    }
    caught(&["lifting"], "use super::*;", "the whole house");
    caught(&["lifting"], "use crate::Shortcut;", "no such room");
}

#[test]
fn every_line_of_the_table_is_held() {
    for room in HOUSE {
        for other in HOUSE.iter().filter(|other| other.name != room.name) {
            let source = format!("use crate::{}::Thing;", other.name);
            let said = judged(&[room.name, "file"], &source);
            assert_eq!(
                said.is_empty(),
                room.imports.contains(&other.name),
                "{} importing {}",
                room.name,
                other.name
            );
        }
    }
    caught(&["motion"], "use crate::simulate::Bar;", "may not import");
    caught(&["simulate"], "use crate::motion::Attitude;", "may not import");
    caught(&["model"], "use crate::sensors::Family;", "may not import");
}

#[test]
fn impurity_is_caught_in_every_spelling() {
    for source in [
        "use std::time::Instant;",
        "use std::time as t; fn f() { t::Instant::now(); }",
        "use std::{collections::BTreeMap, time::{Duration, SystemTime}};",
        "use std as s; fn f() { s::time::Instant::now(); }",
        "extern crate std as s; use s::time::Instant;",
        "use std::*;",
        "use ::std::time::Instant;",
        "fn f() { std::time::Instant::now(); }",
        "fn f() { let t = r#std::r#time::Instant::now(); }",
        "fn f() -> ::std::time::Instant { now() }",
        "fn f() { x = y as std::time::Instant; for i in 0..std::time::LIMIT {} }",
        "use core::time::Duration;",
        "use std::fs;",
        "use std::fs::File;",
        "use std::io::{self, Write};",
        "use std::net::TcpStream;",
        "use std::env;",
        "fn f() { std::env::var(\"HOME\"); }",
        "fn f() { std::process::exit(1); }",
        "use std::thread;",
        "fn f() { std::thread::spawn(|| ()); }",
        "use std::os::fd::AsFd;",
        "use std::sync::Mutex;",
        "use std::sync::atomic::AtomicU64;",
        "use std::sync::{Arc, mpsc};",
        "use std::task::Poll;",
        "use std::collections::HashMap;",
        "use std::collections::{BTreeMap, HashSet as Set};",
        "use std::collections::*;",
        "use std::collections; fn f() { collections::HashMap::new(); }",
        "fn f() { x.collect::<std::collections::HashMap<u8, u8>>(); }",
        "use std::hash::RandomState;",
        "async fn f() {}",
        "fn f() { let x = async { 1 }; }",
        "fn f() { x.await; }",
        "fn f() { println!(\"{x}\"); }",
        "fn f() { eprintln!(); }",
        "fn f() { print![\"x\"]; eprint!{\"x\"} }",
        "fn f() { std::println!(\"{x}\"); }",
        "use std::eprintln as say;",
        "fn f() { let x = dbg!(1); }",
        "fn f() { assert!(ready(), \"{}\", std::env::args().count()); }",
        "macro_rules! now { () => { std::time::Instant::now() } }",
        "macro_rules! say { ($x:expr) => { println!(\"{}\", $x) } }",
        "const HOME: Option<&str> = option_env!(\"HOME\");",
        "thread_local! { static X: u8 = 0; }",
        "include!(\"elsewhere.rs\");",
        "#[cfg(test)] mod tests { fn f() { std::thread::sleep(d); } }",
        "#[cfg(test)] mod tests { use std::time::Instant; }",
        "#[cfg(test)] mod tests { use std::{env, collections::HashMap}; }",
        "#[cfg(test)] mod tests { use std as s; }",
    ] {
        for room in HOUSE.iter().filter(|room| room.pure) {
            assert!(
                !judged(&[room.name, "file"], source).is_empty(),
                "not caught in {}: {source}",
                room.name
            );
        }
        for room in HOUSE.iter().filter(|room| !room.pure) {
            innocent(&[room.name, "file"], source);
        }
    }
}

#[test]
fn a_crate_that_a_room_has_no_business_with_is_caught() {
    caught(&["lifting"], "use nalgebra::Vector3;", "does not use this crate");
    caught(&["lifting"], "fn f() { ::nalgebra::zero(); }", "does not use this crate");
    caught(&["lifting"], "use nalgebra as n;", "does not use this crate");
    caught(&["lifting"], "extern crate clap;", "does not use this crate");
    caught(&["lifting"], "use ::tokio::spawn;", "does not use this crate");
    caught(&["session"], "use proptest::prelude::*;", "does not use this crate");
    caught(&["session"], "use ironstride::cli;", "does not use this crate");
    caught(&["session"], "#[cfg(not(test))] mod x { use proptest::prelude::*; }", "does not use this crate");
    caught(
        &["session"],
        "#[cfg(any(test, feature))] mod x { use proptest::prelude::*; }",
        "does not use this crate",
    );
    caught(&["session"], "#[cfg(test)] mod tests {} use proptest::prelude::*;", "does not use this crate");
    caught(&["session"], "#[cfg(test)] use a; use proptest::prelude::*;", "does not use this crate");
    caught(&["coach"], "use serde_json::Value;", "does not use this crate");
}

#[test]
fn what_is_beyond_core_is_caught() {
    for source in [
        "use std::vec::Vec;",
        "extern crate alloc; use alloc::vec::Vec;",
        "use serde::Serialize;",
        "fn f() -> Result<(), ::std::io::Error> {}",
    ] {
        assert!(!beyond_core(source, &["packet"]).is_empty(), "not caught: {source}");
    }
    let innocent = "use core::fmt; use zerocopy::IntoBytes; use crate::crc; use super::x; #[cfg(test)] use std::vec::Vec;";
    assert_eq!(beyond_core(innocent, &["packet"]), Vec::<String>::new());
}

#[test]
fn a_file_that_is_no_rust_is_reported() {
    caught(&["lifting"], "fn f( {", "can't be read as Rust");
}

#[test]
fn the_line_is_named() {
    assert_eq!(
        judged(&["lifting"], "//! Doc.\n\nuse crate::{\n    model,\n    cli,\n};"),
        ["line 5: `crate::cli`: `lifting` may not import `cli`"]
    );
}

#[test]
fn look_alikes_are_innocent() {
    for source in [
        "// use std::time::Instant;\n/* std::fs */ /// crate::engine::Engine\nfn f() {}",
        "//! [`crate::engine`] uses std::time.\n",
        "const S: &str = \"std::time::Instant crate::engine println!()\"; const R: &str = r#\"use std::fs;\"#;",
        "use crate::model::{Rep, SetRecord}; use crate::motion; use super::sets::Set; use self::inner::X;",
        "use std::collections::{BTreeMap, BTreeSet, VecDeque}; use std::fmt; use std::sync::Arc;",
        "fn f(time: f64, env: u8) { let io = time; x.time; self.io.fs; a.env(); process(time); }",
        "mod time { pub fn now() {} } fn f() { time::now(); }",
        "struct S { uuid: Uuid, time: f64 } use uuid::Uuid; use serde::{Deserialize, Serialize};",
        "fn f() { if !(a) { b != c; } let r#async = 1; }",
        "pub(crate) fn f() {} pub(super) struct S; pub(in crate::lifting) fn g() {}",
        "#[cfg(test)] mod tests { use super::*; use proptest::prelude::*; use crate::simulate::Bar; }",
        "#[cfg(test)] #[allow(x)] mod tests { mod deeper { use proptest::prelude::*; } }",
        "fn f() { engine::start(); Engine::HashMap; 'async_label: loop {} }",
        "fn f() -> impl Iterator<Item = u8> + use<'_> { x.iter() }",
    ] {
        innocent(&["lifting", "file"], source);
    }
    let reading = "use std::{env, fs::read_to_string}; fn f() { println!(); std::io::stdin(); }";
    innocent(&["lifting", "tests", "reference"], reading);
    innocent(&["lifting"], &format!("#[cfg(test)] mod tests {{ {reading} }}"));
    innocent(&["lifting", "tests"], "use super::*; use proptest::prelude::*;");
    innocent(&["motion"], "use nalgebra::Vector3; use vqf_rs::Vqf;");
}
