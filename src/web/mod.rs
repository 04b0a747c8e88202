//! HTTP API, live stream and the built dashboard.
