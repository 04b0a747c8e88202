//! `ironstride exercises`: what the catalogue holds, to find the identifier of an exercise.

use super::error::CliError;
use crate::config::{Catalogue, UnknownExercise};
use crate::model::{Exercise, ExerciseKind};
use clap::Args;
use std::io::{self, Write};

const EXAMPLES: &str = "\
Examples:
  Which squats are there?
    ironstride exercises squat
  All of them:
    ironstride exercises

Exit codes: 0 done, 2 no exercise has this word.";

/// List the exercises and their identifiers.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Exercises {
    /// Part of an identifier, a name or an alias [default: all exercises]
    #[arg(value_name = "WORD", default_value = "", hide_default_value = true)]
    word: String,
}

impl Exercises {
    pub(super) fn run(self) -> Result<(), CliError> {
        let catalogue = Catalogue::embedded()?;
        let found: Vec<&Exercise> =
            catalogue.iter().filter(|exercise| exercise.is_called(&self.word)).collect();
        if found.is_empty() {
            let nearest = catalogue.nearest(&self.word).cloned();
            return Err(UnknownExercise { id: self.word, nearest }.into());
        }
        io::stdout().write_all(table(&found).as_bytes()).map_err(CliError::Output)
    }
}

fn table(exercises: &[&Exercise]) -> String {
    let header = ["id", "name", "kind", "also called"].map(str::to_owned);
    let rows = exercises.iter().map(|exercise| {
        let Exercise { id, name, kind, aliases, .. } = exercise;
        [id.to_string(), name.clone(), word(*kind).to_owned(), aliases.join(", ")]
    });
    let rows: Vec<[String; 4]> = [header].into_iter().chain(rows).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let [id_width, name_width, kind_width] = [width(0), width(1), width(2)];
    rows.iter().fold(String::new(), |text, [id, name, kind, aliases]| {
        let row = format!("{id:<id_width$}  {name:<name_width$}  {kind:<kind_width$}  {aliases}");
        text + row.trim_end() + "\n"
    })
}

/// How an exercise is measured, in the catalogue's word.
fn word(kind: ExerciseKind) -> &'static str {
    match kind {
        ExerciseKind::Velocity => "velocity",
        ExerciseKind::Counted => "counted",
        ExerciseKind::Hold => "hold",
        ExerciseKind::Carry => "carry",
        ExerciseKind::Jump => "jump",
    }
}
