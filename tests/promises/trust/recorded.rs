//! Recordings of one simulated sensor: on a table, between pins, in a set.

use ironstride::simulate::bar::{Channel, Cursor, Motion, Pose};
use ironstride::simulate::imu::Imu;
use ironstride::simulate::random::Random;
use std::f64::consts::FRAC_PI_2;
use std::fmt::Write;

/// Samples a second.
pub(super) const RATE_HZ: f64 = 200.0;

/// A trace of what the sensor reads from the beginning to the end of a motion, its gyroscope off by so much, rad/s.
pub(super) fn trace(imu: &mut Imu, motion: &Motion, gyro_off_rad_s: f64) -> String {
    imu.new_motion();
    let mut cursor = Cursor::default();
    let mut text = "t_s,ax_m_s2,ay_m_s2,az_m_s2,gx_rad_s,gy_rad_s,gz_rad_s\n".to_owned();
    for i in 0..(motion.now_s() * RATE_HZ) as u32 {
        let t = f64::from(i) / RATE_HZ;
        let (accel, gyro) = imu.read_si(motion, t, &mut cursor);
        let [x, y, z] = gyro.map(|rate| rate + gyro_off_rad_s);
        let _ = writeln!(text, "{t:.3},{},{},{},{x},{y},{z}", accel[0], accel[1], accel[2]);
    }
    text
}

/// The same trace by a sensor whose accelerometer reads too much by a factor.
pub(super) fn stretched(trace: &str, factor: f64) -> String {
    let (header, lines) = trace.split_once('\n').expect("a header");
    let stretch = |line: &str| {
        let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        for field in &mut fields[1..4] {
            *field = (factor * field.parse::<f64>().expect("a number")).to_string();
        }
        fields.join(",") + "\n"
    };
    format!("{header}\n{}", lines.lines().map(stretch).collect::<String>())
}

/// So many lifts of `height_m` from rest on the lower pins to a touch of the upper ones.
pub(super) fn between_pins(height_m: f64, lifts: u32) -> Motion {
    let pose = Pose { position_m: [0.0, 0.0, 0.6], roll_rad: 0.7, ..Pose::default() };
    let mut motion = Motion::resting(0.0, &pose, &mut Random::new(1));
    motion.wait(4.0);
    for lift in 0..lifts {
        let pace = 1.0 + 0.1 * f64::from(lift % 3);
        motion.shift(Channel::Up, 0.0, 1.1 * pace, height_m);
        // a bar turns in the hands
        motion.shift(Channel::Roll, 0.0, 1.1 * pace, 0.1);
        motion.wait(1.0);
        motion.shift(Channel::Up, 0.0, 1.4 * pace, -height_m);
        motion.shift(Channel::Roll, 0.0, 1.4 * pace, -0.1);
        motion.wait(2.0);
    }
    motion.wait(4.0);
    motion
}

/// The sensor laid on its six faces, `held_s` each; the table is not level. With `is_whole` false one face is left out.
pub(super) fn six_faces(held_s: f64, is_whole: bool) -> Motion {
    let pose = Pose { position_m: [0.0, 0.0, 0.8], roll_rad: 0.03, tilt_rad: 0.02, yaw_rad: 0.0 };
    let mut motion = Motion::resting(0.0, &pose, &mut Random::new(2));
    motion.wait(held_s);
    let mut turn = |channel: Channel, by: f64| {
        motion.shift(channel, 0.0, 1.0, by);
        motion.meet();
        motion.wait(held_s);
    };
    turn(Channel::Roll, FRAC_PI_2);
    turn(Channel::Roll, FRAC_PI_2);
    turn(Channel::Roll, FRAC_PI_2);
    if is_whole {
        turn(Channel::Tilt, FRAC_PI_2);
    }
    turn(Channel::Tilt, if is_whole { -2.0 * FRAC_PI_2 } else { -FRAC_PI_2 });
    motion
}
