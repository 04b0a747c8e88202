//! The truth of a simulation as a table.

use crate::simulate::session::{RunTruth, Session, SessionPlan};
use crate::simulate::truth::{Movement, MovementKind, SetTruth};
use std::io::{self, Write};

/// Writes every set with all its movements, and the run.
pub(super) fn write(plan: &SessionPlan, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "seed {}; times in true seconds since the start; velocities of the bar's centre line",
        plan.seed
    )?;
    for (bar, sets) in plan.planned_sets().into_iter().enumerate() {
        for (number, set) in sets.iter().enumerate() {
            writeln!(out)?;
            if plan.bars.len() > 1 {
                write!(out, "Bar {}, ", bar + 1)?;
            }
            write_set(number + 1, set, out)?;
        }
    }
    match Session::new(plan).truth().run {
        Some(run) => write_run(&run, out),
        None => Ok(()),
    }
}

fn write_set(number: usize, set: &SetTruth, out: &mut dyn Write) -> io::Result<()> {
    let SetTruth { exercise, load_kg, load_pct, planned_reps, .. } = set;
    let done = set.reps().count();
    write!(
        out,
        "set {number}: {exercise}, {load_kg} kg ({load_pct:.0} % of 1RM), {done} of {planned_reps} reps"
    )?;
    match set.velocity_loss_best_pct() {
        Some(loss) => writeln!(out, ", velocity loss {loss:.0} %")?,
        None => writeln!(out)?,
    }
    writeln!(out, "  movement     begin   start     end     MV    MPV     PV    ROM  lowering")?;
    writeln!(out, "                  s       s       s    m/s    m/s    m/s      m         s")?;
    set.movements.iter().try_for_each(|movement| write_movement(movement, out))
}

fn write_movement(movement: &Movement, out: &mut dyn Write) -> io::Result<()> {
    let kind = match movement.kind {
        MovementKind::Rep => "rep",
        MovementKind::FailedRep => "failed rep",
        MovementKind::Unrack => "unrack",
        MovementKind::WalkOut => "walk-out",
        MovementKind::WalkIn => "walk-in",
        MovementKind::Rerack => "re-rack",
        MovementKind::PickUp => "pick up",
        MovementKind::PutDown => "put down",
        MovementKind::Roll => "roll",
        MovementKind::Drop => "drop",
        MovementKind::Handling => "handling",
    };
    write!(out, "  {kind:<10} {:>7.2}", movement.begin_s)?;
    match (movement.concentric, movement.metrics) {
        (Some(phase), Some(m)) => write!(
            out,
            " {:>7.2} {:>7.2} {:>6.3} {:>6.3} {:>6.3} {:>6.3}",
            phase.start_s,
            phase.end_s,
            m.mean_velocity_m_s,
            m.mean_propulsive_velocity_m_s,
            m.peak_velocity_m_s,
            m.range_of_motion_m
        )?,
        _ => {
            write!(
                out,
                " {:>7} {:>7.2} {:>6} {:>6} {:>6} {:>6}",
                "-", movement.finish_s, "-", "-", "-", "-"
            )?;
        }
    }
    match movement.eccentric {
        Some(phase) => writeln!(out, " {:>9.2}", phase.end_s - phase.start_s),
        None => writeln!(out, " {:>9}", "-"),
    }
}

fn write_run(run: &RunTruth, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nRun with {}, which counts {:?}", run.sensor, run.counts)?;
    writeln!(out, "  pace       start     end   m/s  steps/min")?;
    for phase in &run.phases {
        let pace = format!("{:?}", phase.gait).to_lowercase();
        let (start, end, speed) = (phase.start_s, phase.end_s, phase.speed_m_s);
        writeln!(out, "  {pace:<8} {start:>7.1} {end:>7.1} {speed:>5.2} {:>10.0}", phase.cadence_steps_min)?;
    }
    Ok(())
}
