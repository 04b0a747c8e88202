//! Repetitions measured by others, skipped where the recordings are not at hand.

use ironstride::lifting::prior::MovementPrior;
use ironstride::lifting::{LiftingParams, analyze, set::summarize};
use ironstride::model::{DeviceTime, PrimaryVelocity, RepMetrics, nanos_from_seconds};
use ironstride::motion::track::Motion;

/// Mean velocities of the eight squats, from displacement between interpolated zero crossings.
const MEAN_VELOCITIES: [f64; 8] = [0.65, 0.65, 0.70, 0.65, 0.66, 0.63, 0.61, 0.61];

#[test]
fn squats_measured_by_video_count_eight_with_their_velocity_loss_and_without_the_walk_out() {
    let Some(root) = std::env::var_os("IRONSTRIDE_REFERENCE_DATA") else {
        println!("skipped: IRONSTRIDE_REFERENCE_DATA is not set");
        return;
    };
    let path = std::path::Path::new(&root).join("tables/15_08_2025_squat.csv");
    let text = std::fs::read_to_string(path).expect("recording");
    let row = |line: &str| {
        let cell: Vec<f64> = line.split(',').map(|x| x.parse().unwrap_or(f64::NAN)).collect();
        (DeviceTime(nanos_from_seconds(cell[1])), cell[2] / 100.0, cell[4])
    };
    let rows: Vec<_> = text.lines().skip(1).map(row).collect();
    // nobody says what was lifted: order and walk-out are found
    let found = analyze(&Motion::from_measured(&rows), &MovementPrior::unknown(), &LiftingParams::default());
    let reps: Vec<RepMetrics> =
        found.iter().filter(|f| f.reject_reason.is_none()).map(|f| f.metrics).collect();
    assert_eq!(reps.len(), MEAN_VELOCITIES.len());
    println!("squats measured by video: rep, MV m/s found, by the data's own account");
    for ((rep, truth), number) in reps.iter().zip(MEAN_VELOCITIES).zip(1..) {
        println!("{number:>3} {:.3} {truth:.2}", rep.mean_velocity_m_s.unwrap());
        assert!((rep.mean_velocity_m_s.unwrap() - truth).abs() <= 0.02, "{rep:?}");
    }
    let loss = summarize(&reps, PrimaryVelocity::Mean, None).velocity_loss_best_pct.unwrap();
    println!("figure: squats by video: {} of 8 reps, velocity loss {loss:.1} % (truth 13.1)", reps.len());
    assert!((loss - 13.1).abs() <= 1.0, "{loss} %");
}
