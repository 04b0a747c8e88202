//! Whether numbers can be believed: the statistics of the trust tests that people make, and a sensor's calibration.
//!
//! | file | what it answers |
//! |---|---|
//! | `student.rs` | means with intervals for a handful of values |
//! | `height.rs` | lifts over a known height: is the scale right? (`ironstride check`) |
//! | `pairing.rs` | which repetition of one device is which of another's, whose clock is another one (`compare`) |
//! | `agreement.rs` | how far two devices agree (`compare`) |
//! | `stillness.rs` | where a recording lies still, and how the sensor stood there (`calibrate`) |
//! | `six_positions.rs` | an accelerometer's offset and scale from the positions it lay in (`calibrate`) |
//!
//! Nothing here knows how repetitions are found; it judges numbers, whoever made them.

pub mod agreement;
pub mod height;
pub mod pairing;
pub mod six_positions;
pub mod stillness;
pub mod student;
