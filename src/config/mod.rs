//! The exercise catalogue, parsed and validated; every mistake with file, line and caret.

mod exercise_file;
mod exercise_rules;
mod exercises;
mod mistake;
mod suggest;

pub use exercises::{Catalogue, UnknownExercise};
pub use mistake::{Mistake, Mistakes};
