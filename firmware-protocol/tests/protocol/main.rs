//! What the wire format promises to firmware and hosts.
// a test that can't go on should stop where it stands
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test's panic is its verdict")]

mod c_header;
mod damage;
mod limits;
mod message;
mod scale;
mod timing;
mod versioning;
