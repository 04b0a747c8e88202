//! Derivatives agree with differences, and a resting bar rests.

use super::*;

fn restless(seed: u64) -> Motion {
    let mut random = Random::new(seed);
    let mut motion = Motion::resting(0.0, &Pose::default(), &mut random);
    motion.shift(Channel::Held, 0.0, 0.5, 1.0);
    for channel in [Channel::Forward, Channel::Left, Channel::Up, Channel::Tilt, Channel::Yaw] {
        motion.shift(channel, 0.2, 1.5, random.spread(0.4));
    }
    motion.shift(Channel::Roll, 0.1, 1.2, random.spread(2.0));
    motion.shift(Channel::Swing, 0.3, 1.0, 2.1);
    motion.meet();
    motion
}

#[test]
fn derivatives_agree_with_differences() {
    for seed in 0..5 {
        let (motion, h) = (restless(seed), 1e-5);
        for i in 1..200 {
            let t = f64::from(i) * 0.01;
            let [a, b, c] = [t - h, t, t + h].map(|t| motion.at(t, &mut Cursor::default()));
            assert!(((c.position_m - a.position_m) / (2.0 * h) - b.velocity_m_s).norm() < 1e-6);
            assert!(((c.velocity_m_s - a.velocity_m_s) / (2.0 * h) - b.acceleration_m_s2).norm() < 1e-5);
            assert!(((c.turning_rad_s - a.turning_rad_s) / (2.0 * h) - b.turning_rad_s2).norm() < 1e-4);
            // Rᵀ·Ṙ is the cross product with the turning rate in the bar's frame
            let spin = b.attitude.transpose() * (c.attitude - a.attitude) / (2.0 * h);
            assert!((spin - b.turning_rad_s.cross_matrix()).norm() < 1e-5);
            assert!((b.attitude * b.attitude.transpose() - Matrix3::identity()).norm() < 1e-12);
            let vertical = motion.vertical(t, &mut Cursor::default());
            assert!((vertical.value - b.position_m.z).abs() < 1e-15);
            assert!((vertical.rate - b.velocity_m_s.z).abs() < 1e-15);
        }
    }
}

#[test]
fn a_clank_leaves_no_velocity_and_reaches_its_peak() {
    let clank =
        Clank { at_s: 1.0, peak_m_s2: 80.0, frequency_hz: 60.0, decay_s: 0.03, direction: [0.0, 0.0, 1.0] };
    let h = 1e-6;
    let values: Vec<f64> = (0..600_000).map(|i| clank.at(0.9 + f64::from(i) * h)).collect();
    let velocity: f64 = values.iter().sum::<f64>() * h;
    let peak = values.iter().fold(0.0_f64, |peak, a| peak.max(a.abs()));
    assert!(velocity.abs() < 1e-4, "{velocity}");
    assert!(peak > 60.0 && peak < 120.0, "{peak}");
}

#[test]
fn a_bar_on_its_support_does_not_move_at_all() {
    let motion = restless(1);
    let pose = motion.end_pose();
    let after = Motion::resting(9.0, &pose, &mut Random::new(4));
    let (a, b) = (after.at(9.5, &mut Cursor::default()), after.at(99.0, &mut Cursor::default()));
    assert_eq!(a, b);
    assert_eq!(a.turning_rad_s, Vector3::zeros());
    assert!((a.position_m - Vector3::from(pose.position_m)).norm() < 1e-15);
}
