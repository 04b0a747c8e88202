//! The journal: one SQLite file that only grows, and what reads it.
