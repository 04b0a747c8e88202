//! The HTTP API does what its own document says, for those who may, and loses nobody's place in the stream.

mod document;
mod ground;
mod rights;
mod routes;
mod stream;
mod wire;
