//! The `ironstride` program.

fn main() {}
