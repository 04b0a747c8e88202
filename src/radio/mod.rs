//! Delivers bytes: captures and traces from files.
//!
//! Both readers stream: memory stays the same however long the file or pipe, lines have a length limit, and every
//! line that can't be used comes out as an error that names it. An error that [`is_fatal`](capture::CaptureError::is_fatal)
//! ends the reading; any other is a line skipped, and the next call goes on.

pub mod capture;
pub mod lines;
pub mod trace;
