//! All families together.

mod hostile;
