//! Wrong files, variables and flags are explained by the program itself, and what is in force can be seen.

use crate::program::{Ran, file, folder, ironstride_with};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

fn check(text: &str, variables: &[(&str, &str)]) -> Ran {
    let folder = folder("configuration");
    let name =
        format!("{:x}.toml", text.bytes().fold(7_u64, |hash, byte| hash.wrapping_mul(31) + u64::from(byte)));
    ironstride_with(variables, &["config", "check", &file(&folder, &name, text)])
}

#[test]
fn without_a_file_the_defaults_are_in_force_and_it_says_so() {
    let ran = ironstride_with(&[("HOME", "/no/home")], &["config", "check"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.stdout.starts_with("# no configuration file (/no/home/.config/ironstride/ironstride.toml, /etc/"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("listen = \"0.0.0.0:8480\"                        # default\n"), "{ran:?}");
}

#[test]
fn flag_over_environment_over_file_over_default() {
    let ran = check(
        "config_version = 1\n[web]\nlisten = \"127.0.0.1:1\"\n[log]\nlevel = \"warn\"\n",
        &[
            ("IRONSTRIDE_LISTEN", "127.0.0.1:2"),
            ("IRONSTRIDE_CONFIG", "/not/this/one.toml"),
            ("TZ", "Europe/Rome"),
        ],
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    for line in [
        "listen = \"127.0.0.1:2\"                         # environment, IRONSTRIDE_LISTEN\n",
        "level = \"warn\"                                 # line 5\n",
        "read = \"open\"                                  # default\n",
        "time_zone = \"Europe/Rome\"                      # default: the machine's\n",
    ] {
        assert!(ran.stdout.contains(line), "{line}{}", ran.stdout);
    }
}

#[test]
fn what_is_shown_as_in_force_is_a_file_that_gives_the_same() {
    let first = ironstride_with(&[("IRONSTRIDE_DATA", "/some/where")], &["config", "check"]);
    let second = check(&first.stdout, &[]);
    let values = |ran: &Ran| ran.stdout.parse::<toml::Table>().expect("a file");
    assert_eq!((second.code, values(&second)), (0, values(&first)));
    assert!(second.stdout.contains("directory = \"/some/where\"                      # line "), "{second:?}");
}

#[test]
fn wrong_configuration_is_explained_and_ends_with_2() {
    let ran = check("config_version = 1\n[gym]\ntime_zone = \"Europe/Berln\"\n[web]\nlitsen = 1\n", &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
    let (first, second) = ran.stderr.split_once("\n\n").expect("two mistakes");
    assert!(first.ends_with(
        ":3:13: `Europe/Berln` is no time zone; did you mean `Europe/Berlin`?\n  |\n3 | time_zone = \"Europe/Berln\"\n  |             ^^^^^^^^^^^^^^"
    ), "{first}");
    assert!(second.contains(":5:1: unknown field `litsen`; did you mean `listen`?"), "{second}");
    for (variables, arguments, words) in [
        (vec![], vec!["config", "check", "/no/such.toml"], "cannot read the configuration /no/such.toml: "),
        (
            vec![("IRONSTRIDE_CONFIG", "/no/such.toml")],
            vec!["config", "check"],
            "(environment, IRONSTRIDE_CONFIG)",
        ),
        (
            vec![("IRONSTRIDE_LISTEN", "8480")],
            vec!["config", "check"],
            "IRONSTRIDE_LISTEN: `8480` is no address",
        ),
        (vec![("IRONSTRIDE_LOG", "loud")], vec!["config", "check"], "IRONSTRIDE_LOG: `loud` is no level"),
    ] {
        let ran = ironstride_with(&variables, &arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{ran:?}");
        assert!(ran.stderr.contains(words), "{words}: {ran:?}");
    }
}

#[test]
fn a_mistake_in_the_exercises_is_shown_in_their_own_file() {
    let folder = folder("configuration");
    file(&folder, "own.toml", "[[exercise]]\nid = \"back_squat\"\nrest_s = -3\n");
    let ran = check("config_version = 1\nexercises.file = \"own.toml\"\n", &[]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stderr.contains("own.toml:3:10: -3 is not between"), "{ran:?}");
}

#[test]
fn the_template_and_what_is_in_force_satisfy_the_schema() {
    let print = |what: &str| ironstride_with(&[], &["config", what]).stdout;
    let schema: Value = serde_json::from_str(&print("schema")).expect("JSON");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let json = |text: &str| serde_json::to_value(text.parse::<toml::Table>().expect("TOML")).expect("JSON");
    let template = print("template");
    assert_eq!(template, fs::read_to_string(root().join("config/ironstride.toml")).expect("the template"));
    for text in [&template, &print("check"), &uncommented(&template)] {
        let errors: Vec<String> = schema.iter_errors(&json(text)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    for wrong in ["[web]\nlitsen = 1", "[gym]\nname = 1", "[[station]]\nid = \"a\"", "[sets]\nkept_sets = 0"]
    {
        assert!(!schema.is_valid(&json(wrong)), "{wrong}");
    }
}

/// The template with its commented values in force.
fn uncommented(template: &str) -> String {
    let value =
        |line: &str| line.strip_prefix('#').filter(|value| !value.starts_with(' ')).map(str::to_owned);
    template.lines().map(|line| value(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_service_is_one_that_systemd_understands() {
    let unit = fs::read_to_string(root().join("config/ironstride.service")).expect("the unit");
    let program = env!("CARGO_BIN_EXE_ironstride");
    let path = file(
        &folder("configuration"),
        "ironstride.service",
        unit.replace("/usr/local/bin/ironstride", program),
    );
    match Command::new("systemd-analyze").args(["verify", &path]).output() {
        Ok(said) => {
            // it may also have something to say about other units of this machine
            let words = String::from_utf8_lossy(&said.stderr).into_owned();
            assert!(said.status.success() && !words.contains("ironstride"), "{words}");
        }
        Err(error) => {
            println!("systemd-analyze is not here ({error}); only the form is checked");
            let mut section = "";
            for line in unit.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
                match line.strip_prefix('[') {
                    Some(name) => section = name.strip_suffix(']').expect("a whole heading"),
                    None => assert!(
                        line.split_once('=').is_some_and(|(key, _)| key.chars().all(char::is_alphabetic)),
                        "{line}"
                    ),
                }
                assert!(["Unit", "Service", "Install"].contains(&section), "{line}");
            }
        }
    }
}
