//! What is in the store can be had as tables, explained and copied.

use crate::kept::{ATHLETE, empty, open, options, training};
use crate::program::{Ran, folder, ironstride_with};
use ironstride::model::{Advice, AdviceAction};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Runs the program in a gym where the time is UTC, whatever the machine's configuration.
fn ironstride(arguments: &[&str]) -> Ran {
    ironstride_with(&[("TZ", "UTC")], arguments)
}

/// The records of comma-separated values, as RFC 4180 has them.
fn records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => field.extend(signs.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\n' if !quoted => {
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            _ => field.push(sign),
        }
    }
    assert!(field.is_empty() && record.is_empty() && !quoted, "the last line ends: {text}");
    records
}

/// The rows of a table, each by the names of its columns.
fn rows(ran: &Ran) -> Vec<BTreeMap<String, String>> {
    assert_eq!(ran.code, 0, "{ran:?}");
    let mut records = records(&ran.stdout).into_iter();
    let header = records.next().expect("a header");
    records
        .map(|record| {
            assert_eq!(record.len(), header.len(), "{record:?}");
            header.iter().cloned().zip(record).collect()
        })
        .collect()
}

fn number(value: Option<f64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[test]
fn tables_have_what_the_engine_said() {
    let kept = training("export");
    let export =
        |arguments: &[&str]| ironstride(&[&["export", "--data", kept.directory()], arguments].concat());
    let reps = rows(&export(&["reps"]));
    assert_eq!(reps.len(), kept.reps.len());
    for (row, rep) in reps.iter().zip(&kept.reps) {
        assert_eq!(row["rep"], rep.id.to_string());
        assert_eq!(row["accepted"], rep.accepted.to_string());
        assert_eq!(row["athlete"], ATHLETE);
        assert_eq!(row["mean_velocity_m_s"], number(rep.metrics.mean_velocity_m_s));
        assert_eq!(row["mean_power_bar_w"], number(rep.metrics.mean_power_bar_w));
        assert_eq!(row["mean_power_system_w"], "", "nobody said a body mass");
        assert_eq!((row["day"].as_str(), row["time_certain"].as_str()), ("2026-03-01", "true"));
        let seconds = rep.ended_at.0 / 1_000_000_000;
        let clock = format!("2026-03-01T17:{:02}:{:02}.", 30 + seconds / 60, seconds % 60);
        assert!(row["ended_at"].starts_with(&clock) && row["ended_at"].ends_with('Z'), "{row:?} {clock}");
    }
    assert!(reps.iter().any(|row| row["accepted"] == "false") == kept.reps.iter().any(|rep| !rep.accepted));
    let sets = rows(&export(&["sets"]));
    assert_eq!(sets.len(), 2);
    for (row, set) in sets.iter().zip(&kept.sets) {
        let summary = set.summaries[0];
        assert_eq!(row["reps"], summary.reps.to_string());
        assert_eq!(row["velocity_loss_best_pct"], number(summary.velocity_loss_best_pct));
        assert_eq!((row["goal"].as_str(), row["load_kg"].as_str()), ("power", "100"));
    }
    let sessions = rows(&export(&["sessions"]));
    assert_eq!(sessions.len(), 1);
    let counted: u32 = kept.sets.iter().map(|set| set.summaries[0].reps).sum();
    assert_eq!(
        (sessions[0]["sets"].as_str(), sessions[0]["reps"].as_str()),
        ("2", counted.to_string().as_str())
    );
    assert_eq!(sessions[0]["session"], kept.sessions[0].id.to_string());
}

#[test]
fn rows_can_be_chosen_and_no_row_is_said_aloud() {
    let kept = training("export-filters");
    let export = |arguments: &[&str]| {
        ironstride(&[&["export", "reps", "--data", kept.directory()], arguments].concat())
    };
    let all = kept.reps.len();
    let second = kept.sets[1].started_at.0 / 1_000_000_000;
    let between = format!("2026-03-01T17:{:02}:{:02}Z", 30 + second / 60, second % 60);
    let earlier = rows(&export(&["--until", &between])).len();
    let later = rows(&export(&["--since", &between])).len();
    assert!(earlier > 0 && later > 0 && earlier + later == all, "{earlier} + {later} of {all}");
    for (arguments, expected) in [
        (["--since", "2026-03-01"], all),
        (["--since", "2026-03-02"], 0),
        (["--athlete", ATHLETE], all),
        (["--athlete", "bert"], 0),
        (["--exercise", "back_squat"], all),
        (["--exercise", "deadlift"], 0),
        (["--station", "rack"], all),
        (["--station", "other"], 0),
    ] {
        let ran = export(&arguments);
        assert_eq!(rows(&ran).len(), expected, "{arguments:?}");
        assert_eq!(ran.stderr.contains("only the header was written"), expected == 0, "{ran:?}");
    }
    let ran = export(&["--since", "yesterday"]);
    assert!(ran.code == 2 && ran.stderr.contains("--since: `yesterday` is no date"), "{ran:?}");
    let ran = ironstride(&["export", "sessions", "--exercise", "x"]);
    assert!(ran.code == 2 && ran.stderr.contains("leave --exercise out"), "{ran:?}");
    let out = folder("export-filters").join("reps.csv");
    let ran = export(&["--out", out.to_str().expect("a printable path")]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{ran:?}");
    assert_eq!(fs::read_to_string(&out).expect("the table"), export(&[]).stdout);
    let ran = export(&["--out", "/no/such/folder/reps.csv"]);
    assert!(ran.code == 1 && ran.stderr.contains("cannot write /no/such/folder/reps.csv"), "{ran:?}");
}

#[test]
fn every_column_is_documented() {
    let document = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/export.md"));
    let document = document.expect("docs/export.md");
    for table in ["reps", "sets", "sessions"] {
        let columns = ironstride(&["export", table, "--columns"]).stdout;
        assert!(
            document.contains(&format!("## `{table}`\n\n{columns}")),
            "docs/export.md: {table} is\n{columns}"
        );
    }
}

#[test]
fn advice_is_explained_with_all_that_led_to_it() {
    let kept = training("why");
    let why = |arguments: &[&str]| ironstride(&[&["why", "--data", kept.directory()], arguments].concat());
    for advice in &kept.advice {
        let Advice { id, reason, inputs, threshold, rule, source, .. } = advice;
        let ran = why(&[&id.to_string()]);
        assert_eq!(ran.code, 0, "{ran:?}");
        let says = |words: &str| assert!(ran.stdout.contains(words), "{words}\n{}", ran.stdout);
        says(&format!("Advice {id}: "));
        for words in [reason, source, ATHLETE, "back_squat, 100 kg", "2026-03-01 17:3"] {
            says(words);
        }
        says(&format!("src/coach/{rule}.rs"));
        inputs.iter().chain([threshold]).for_each(|input| says(&format!("{} = ", input.name)));
        let seen = kept.reps.iter().filter(|rep| rep.set == Some(advice.set) && rep.ended_at <= advice.at);
        assert_eq!(ran.stdout.matches("\n  rep ").count(), seen.count(), "{}", ran.stdout);
        if advice.action == AdviceAction::StopSet {
            says("Stop the set");
        }
        if let Some(old) = advice.supersedes {
            says(&format!("advice {old}: "));
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(root.join(format!("src/coach/{rule}.rs")).is_file(), "{rule}");
        let formulas = fs::read_to_string(root.join("docs/formulas.md")).expect("docs/formulas.md");
        assert!(formulas.contains(&format!("`{rule}`")), "{rule}");
    }
    let latest = kept.advice.iter().map(|advice| advice.id).max().expect("some advice");
    assert_eq!(why(&[]).stdout, why(&[&latest.to_string()]).stdout);
    let ran = why(&["999999"]);
    assert_eq!(
        (ran.code, ran.stderr),
        (1, format!("ironstride: there is no advice 999999; the latest is {latest}\n"))
    );
}

#[test]
fn a_backup_is_whole_while_the_store_is_in_use_and_overwrites_nothing() {
    let kept = training("backup");
    let before = ironstride(&["export", "reps", "--data", kept.directory()]).stdout;
    let folder = folder("backup").join("copies");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder for the copy");
    let copy = folder.join("ironstride.db");
    let copy_name = copy.to_str().expect("a printable path");
    let writing = open(&kept.options());
    let ran = ironstride(&["backup", copy_name, "--data", kept.directory()]);
    assert!(ran.code == 0 && ran.stdout.contains("the copy is whole"), "{ran:?}");
    let files: Vec<_> =
        fs::read_dir(&folder).expect("a folder").map(|file| file.expect("a file").path()).collect();
    assert_eq!(files, std::slice::from_ref(&copy));
    drop(writing);
    let bytes = fs::read(&copy).expect("the copy");
    let ran = ironstride(&["backup", copy_name, "--data", kept.directory()]);
    let said = format!("ironstride: {copy_name}: there is a file already, and a backup overwrites nothing");
    assert!(ran.code == 1 && ran.stderr.starts_with(&said), "{ran:?}");
    assert_eq!(fs::read(&copy).expect("the copy"), bytes);
    let ran = ironstride(&["backup", "/no/such/folder/copy.db", "--data", kept.directory()]);
    assert!(
        ran.code == 1 && ran.stderr.contains("/no/such/folder/copy.db: writing the backup: No such"),
        "{ran:?}"
    );
    let of_copy = ironstride(&["export", "reps", "--data", folder.to_str().expect("a printable path")]);
    assert_eq!((of_copy.code, of_copy.stdout), (0, before));
}

#[test]
fn without_a_store_and_with_an_empty_one_the_words_are_friendly() {
    let nowhere = empty("no-store");
    let name = nowhere.to_str().expect("a printable path");
    for arguments in [vec!["export", "reps"], vec!["why"], vec!["backup", "/tmp/never-written.db"]] {
        let ran = ironstride(&[arguments.as_slice(), &["--data", name]].concat());
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{ran:?}");
        assert!(ran.stderr.contains("there is no store; start the daemon first"), "{ran:?}");
        assert!(!nowhere.exists(), "nothing is made by reading");
    }
    let (journal, writer) = open(&options(&nowhere));
    journal.close().expect("the store is kept");
    writer.join();
    let ran = ironstride(&["export", "sets", "--data", name]);
    assert!(rows(&ran).is_empty() && ran.stderr.contains("only the header"), "{ran:?}");
    let ran = ironstride(&["why", "--data", name]);
    assert!(ran.code == 1 && ran.stderr.contains("no advice has been given yet"), "{ran:?}");
}
