//! Tasks, channels, supervision and shutdown: the wiring of all rooms.
