//! How good the numbers are, on our own simulator: 300 sets of all lifts to 100 % of 1RM over links that lose up
//! to 1 % of their packets, and the coach's word in time.

use crate::gym::{BAR, Recording, engine_for, listen};
use firmware_protocol::SampleRate;
use ironstride::model::{AdviceAction, DeviceTime, Event, Goal, Rep, StationContext, seconds_from_nanos};
use ironstride::simulate::lift::{LIFTS, Lift};
use ironstride::simulate::link::LinkFaults;
use ironstride::simulate::plan::SetPlan;
use ironstride::simulate::random::Random;
use ironstride::simulate::sensor::{ClockTruth, SensorPlan};
use ironstride::simulate::session::SessionPlan;
use ironstride::simulate::truth::{Metrics, Phase};
use std::collections::BTreeMap;

const SETS: u64 = 300;
/// A repetition below this is grinding, m/s.
const SLOW_M_S: f64 = 0.3;

/// Deviations of one quantity from its truth.
#[derive(Clone, Copy, Debug, Default)]
struct Errors {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Errors {
    fn add(&mut self, found: Option<f64>, truth: f64) {
        let Some(found) = found else { return };
        self.count += 1.0;
        self.sum += found - truth;
        self.squares += (found - truth).powi(2);
    }

    fn join(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.squares += other.squares;
    }

    fn bias(&self) -> f64 {
        self.sum / self.count
    }

    fn rmse(&self) -> f64 {
        (self.squares / self.count).sqrt()
    }
}

/// What was found of what there was.
#[derive(Clone, Copy, Debug, Default)]
struct Score {
    sets: f64,
    exact: f64,
    true_reps: f64,
    found: f64,
    ghosts: f64,
    mean: Errors,
    propulsive: Errors,
    peak: Errors,
    range: Errors,
    loss: Errors,
    /// Figures with their standard deviations: how many, within one, within two.
    trusted: [f64; 3],
}

impl Score {
    fn join(&mut self, other: &Self) {
        self.sets += other.sets;
        self.exact += other.exact;
        self.true_reps += other.true_reps;
        self.found += other.found;
        self.ghosts += other.ghosts;
        for (errors, others) in [
            (&mut self.mean, &other.mean),
            (&mut self.propulsive, &other.propulsive),
            (&mut self.peak, &other.peak),
            (&mut self.range, &other.range),
            (&mut self.loss, &other.loss),
        ] {
            errors.join(others);
        }
        for (count, other) in self.trusted.iter_mut().zip(other.trusted) {
            *count += other;
        }
    }

    fn rep(&mut self, rep: Option<&Rep>, truth: &Metrics) {
        self.true_reps += 1.0;
        let Some(rep) = rep else { return };
        self.found += 1.0;
        self.mean.add(rep.metrics.mean_velocity_m_s, truth.mean_velocity_m_s);
        self.propulsive.add(rep.metrics.mean_propulsive_velocity_m_s, truth.mean_propulsive_velocity_m_s);
        self.peak.add(rep.metrics.peak_velocity_m_s, truth.peak_velocity_m_s);
        self.range.add(rep.metrics.range_of_motion_m, truth.range_of_motion_m);
        let m = rep.metrics;
        for (found, truth, sd) in [
            (m.mean_velocity_m_s, truth.mean_velocity_m_s, m.mean_velocity_sd_m_s),
            (m.peak_velocity_m_s, truth.peak_velocity_m_s, m.peak_velocity_sd_m_s),
            (m.range_of_motion_m, truth.range_of_motion_m, m.range_of_motion_sd_m),
        ] {
            if let (Some(found), Some(sd)) = (found, sd) {
                let off = (found - truth).abs() / sd;
                let within = |sds: f64| f64::from(u8::from(off <= sds));
                self.trusted =
                    [self.trusted[0] + 1.0, self.trusted[1] + within(1.0), self.trusted[2] + within(2.0)];
            }
        }
    }

    fn found_pct(&self) -> f64 {
        100.0 * self.found / self.true_reps
    }

    fn ghosts_pct(&self) -> f64 {
        100.0 * self.ghosts / self.true_reps
    }

    fn line(&self, name: &str) -> String {
        let pair = |errors: &Errors, scale: f64, digits: usize| {
            if errors.count == 0.0 {
                return format!("{:>15}", "");
            }
            let (rmse, bias) = (scale * errors.rmse(), scale * errors.bias());
            format!("{rmse:>7.digits$} {bias:>+7.digits$}")
        };
        let whole = if self.sets > 0.0 {
            format!("{:>5} {:>6.1}", self.sets, 100.0 * self.exact / self.sets)
        } else {
            format!("{:>5} {:>6}", "", "")
        };
        format!(
            "{name:<18} {whole} {:>5} {:>6.1} {:>7.1} {} {} {} {} {}",
            self.true_reps,
            self.found_pct(),
            self.ghosts_pct(),
            pair(&self.mean, 1.0, 3),
            pair(&self.propulsive, 1.0, 3),
            pair(&self.peak, 1.0, 3),
            pair(&self.range, 100.0, 1),
            pair(&self.loss, 1.0, 1),
        )
    }
}

/// All that is told of some sets.
#[derive(Debug, Default)]
struct Tally {
    /// By rows of the table.
    rows: BTreeMap<String, Score>,
    /// Deviations of mean velocity, m/s, and what anyone needs to see them again.
    deviations: Vec<(f64, String)>,
    /// Quality and deviation of mean velocity, m/s.
    ranked: Vec<(f64, f64)>,
}

impl Tally {
    fn add(&mut self, row: &str, score: &Score) {
        self.rows.entry(row.to_owned()).or_default().join(score);
    }

    fn join(&mut self, other: Self) {
        other.rows.iter().for_each(|(row, score)| self.add(row, score));
        self.deviations.extend(other.deviations);
        self.ranked.extend(other.ranked);
    }

    /// Share of mean velocities within `m_s` of the truth, %.
    fn within_pct(&self, m_s: f64) -> f64 {
        let near = self.deviations.iter().filter(|(off, _)| off.abs() <= m_s).count();
        100.0 * near as f64 / self.deviations.len() as f64
    }

    /// RMSE of mean velocity of the quarter of worst and of best quality, m/s.
    fn by_quality(&self) -> (f64, f64) {
        let mut ranked = self.ranked.clone();
        ranked.sort_by(|a, b| a.0.total_cmp(&b.0));
        let quarter = ranked.len() / 4;
        let rmse = |part: &[(f64, f64)]| {
            (part.iter().map(|(_, off)| off * off).sum::<f64>() / part.len() as f64).sqrt()
        };
        (rmse(&ranked[..quarter]), rmse(&ranked[ranked.len() - quarter..]))
    }

    fn print(mut self) {
        println!(
            "                    sets exact%  reps found% ghosts%         MV m/s        MPV m/s         PV m/s         \
             ROM cm      VL points"
        );
        self.rows.iter().for_each(|(row, score)| println!("{}", score.line(row)));
        self.deviations.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
        println!("worst mean velocities:");
        self.deviations.iter().take(8).for_each(|(off, what)| println!("  {off:+.2} m/s  {what}"));
    }
}

/// The concentric phase of a rep on the clock of the truth; the engine counts a stream's time from its first sample.
fn true_phase(rep: &Rep, clocks: &[ClockTruth]) -> Option<Phase> {
    let clock = clocks.get(rep.movement.stream as usize - 1)?;
    let at = |t: DeviceTime| clock.first_sample_s + seconds_from_nanos(t.0) / clock.pace;
    Some(Phase { start_s: at(rep.start), end_s: at(rep.end) })
}

/// Whether two phases are the same repetition: they share half of the shorter.
fn same(a: Phase, b: Phase) -> bool {
    let common = a.end_s.min(b.end_s) - a.start_s.max(b.start_s);
    common >= 0.5 * (a.end_s - a.start_s).min(b.end_s - b.start_s)
}

fn score(recording: &Recording, number: u64, row: &str, tally: &mut Tally) {
    let bar = &recording.truth.bars[0];
    assert_eq!(bar.sensor.as_str(), BAR);
    let mut left: Vec<(&Rep, Phase)> = recording
        .reps()
        .into_iter()
        .filter(|rep| rep.accepted)
        .filter_map(|rep| Some((rep, true_phase(rep, &bar.clocks)?)))
        .collect();
    let mut whole = Score { sets: 1.0, ..Score::default() };
    let mut slow = Score::default();
    for ((_, phase, truth), rep) in bar.sets[0].reps().zip(1..) {
        let found = left.iter().position(|(_, found)| same(*found, phase)).map(|i| left.remove(i).0);
        whole.rep(found, &truth);
        if let Some(velocity) = found.and_then(|found| found.metrics.mean_velocity_m_s) {
            let true_velocity = truth.mean_velocity_m_s;
            let what = format!("set {number}, {row}, rep {rep}: {velocity:.2} for {true_velocity:.2}");
            tally.deviations.push((velocity - true_velocity, what));
            if let Some(quality) = found.and_then(|found| found.metrics.quality) {
                tally.ranked.push((quality, velocity - true_velocity));
            }
        }
        if truth.mean_velocity_m_s < SLOW_M_S {
            slow.rep(found, &truth);
        }
    }
    whole.ghosts = left.len() as f64;
    whole.exact = f64::from(u8::from(whole.ghosts == 0.0 && (whole.found - whole.true_reps).abs() < 0.5));
    let counted = recording.sets().into_iter().filter_map(|set| set.summaries.first()).max_by_key(|s| s.reps);
    if let (Some(summary), Some(truth)) = (counted, bar.sets[0].velocity_loss_best_pct())
        && whole.true_reps > 1.0
    {
        whole.loss.add(summary.velocity_loss_best_pct, truth);
    }
    tally.add(row, &whole);
    tally.add("all", &whole);
    tally.add("slower than 0.3 m/s", &slow);
}

/// Links that lose 0.3 and 1 % of their packets.
const LINKS: [LinkFaults; 2] = [LinkFaults::LIGHT, LinkFaults { turn_bad: 0.008, ..LinkFaults::LIGHT }];

/// One drawn set: every lift in turn, 100 and 200 Hz in turn, both links in turn.
fn play(number: u64, tally: &mut Tally) {
    let lift = &LIFTS[(number % LIFTS.len() as u64) as usize];
    let set = SetPlan::drawn_of(lift, &mut Random::new(1000 + number));
    let rate = if number.is_multiple_of(2) { SampleRate::Hz100 } else { SampleRate::Hz200 };
    let sensor = SensorPlan { rate, ..SensorPlan::default() };
    let plan =
        SessionPlan { sensor, ..SessionPlan::one_set(number, set).over(LINKS[(number / 2 % 2) as usize]) };
    let context = StationContext {
        exercise: Some(lift.id.into()),
        load_kg: Some(set.load_kg()),
        ..StationContext::default()
    };
    score(&listen(engine_for(&context), &plan, Some), number, lift.id, tally);
}

#[test]
fn repetitions_and_velocities_of_300_simulated_sets() {
    let half = |odd: u64| {
        let mut tally = Tally::default();
        (0..SETS / 2).for_each(|i| play(2 * i + odd, &mut tally));
        tally
    };
    let tally = std::thread::scope(|scope| {
        let odd = scope.spawn(|| half(1));
        let mut even = half(0);
        even.join(odd.join().expect("no set panics"));
        even
    });
    println!(
        "{SETS} simulated sets, 40 to 100 % of 1RM, 100 and 200 Hz, up to 1 % of packets lost; RMSE and bias against the \
         bar's true motion"
    );
    let (all, near_pct) = (tally.rows["all"], tally.within_pct(0.06));
    let slow = tally.rows["slower than 0.3 m/s"];
    let (worst, best) = tally.by_quality();
    tally.print();
    println!(
        "figure: simulated sets, RMSE (goal): MV {:.3} m/s (0.020), bias {:+.3} (0.005); PV {:.3} m/s (0.035); ROM {:.1} cm \
         (2.5); MV of reps slower than 0.3 m/s {:.3} m/s (0.015)",
        all.mean.rmse(),
        all.mean.bias(),
        all.peak.rmse(),
        100.0 * all.range.rmse(),
        slow.mean.rmse(),
    );
    println!(
        "figure: simulated sets, honesty (goal): MV, PV and ROM within one standard deviation {:.1} % (68 ± 5), within two \
         {:.1} % (95 ± 5); MV RMSE of the quarter of worst quality {worst:.3}, of the best {best:.3} m/s (twice)",
        100.0 * all.trusted[1] / all.trusted[0],
        100.0 * all.trusted[2] / all.trusted[0],
    );
    println!(
        "figure: simulated sets: {:.1} % of {} reps found, {:.1} % ghosts; RMSE (bias): MV {:.3} ({:+.3}), \
         {near_pct:.1} % within 0.06 m/s, PV {:.3} ({:+.3}) m/s, ROM {:.1} ({:+.1}) cm, velocity loss {:.1} ({:+.1}) points",
        all.found_pct(),
        all.true_reps,
        all.ghosts_pct(),
        all.mean.rmse(),
        all.mean.bias(),
        all.peak.rmse(),
        all.peak.bias(),
        100.0 * all.range.rmse(),
        100.0 * all.range.bias(),
        all.loss.rmse(),
        all.loss.bias(),
    );
    // far from what is hoped for, near enough to notice when something breaks
    assert!(all.true_reps > 500.0, "{all:?}");
    assert!(all.found_pct() >= 85.0 && all.ghosts_pct() <= 20.0, "{all:?}");
    assert!(near_pct >= 70.0 && all.range.rmse() <= 0.15, "{near_pct} {all:?}");
}

#[test]
fn the_coach_stops_a_set_at_its_cap_and_names_the_next_load() {
    const CAP_PCT: f64 = 15.0;
    let squat = Lift::of("back_squat").expect("a simulated lift");
    // so near failure that the last repetition is some 40 % slower than the best
    let set = SetPlan::new(squat, 0.7, 11);
    let context = StationContext {
        exercise: Some("back_squat".into()),
        load_kg: Some(set.load_kg()),
        goal: Some(Goal::StrengthInSeason),
        target_velocity_m_s: Some(0.45),
        planned_reps: Some(11),
        ..StationContext::default()
    };
    let recording = listen(engine_for(&context), &SessionPlan::one_set(3, set).over(LinkFaults::LIGHT), Some);
    let truth = &recording.truth.bars[0].sets[0];
    assert!(truth.velocity_loss_best_pct().is_some_and(|loss| loss > 30.0), "{truth:?}");

    // the loss as a person at the rack saw it, event by event
    let mut seen: BTreeMap<DeviceTime, &Rep> = BTreeMap::new();
    let mut reached_at = None;
    let (mut stop, mut next) = (None, None);
    for event in &recording.events {
        match event {
            Event::Rep(rep) => {
                seen.retain(|_, other| other.id != rep.id);
                if rep.accepted {
                    seen.insert(rep.start, rep);
                }
                if reached_at.is_none() && loss_pct(&seen).is_some_and(|loss| loss >= CAP_PCT) {
                    reached_at = Some(seen.len());
                }
            }
            Event::Advice(advice) => match &advice.action {
                AdviceAction::StopSet if stop.is_none() => stop = Some((advice, seen.len(), loss_pct(&seen))),
                AdviceAction::NextLoad { load_kg, .. } => next = Some((advice, *load_kg)),
                _ => {}
            },
            _ => {}
        }
    }
    let (stop, at_rep, loss) = stop.expect("a cue to stop");
    let (reps, lost) = (truth.reps().count(), truth.velocity_loss_best_pct());
    println!(
        "a set of {reps} reps that lost {:.0} %; stop after rep {at_rep}: {}",
        lost.unwrap_or(0.0),
        stop.reason
    );
    assert_eq!(Some(at_rep), reached_at, "at the first repetition that reached the cap");
    assert!(loss.is_some_and(|loss| loss >= CAP_PCT), "{loss:?}");
    let last = truth.reps().last().expect("repetitions");
    assert!(stop.at.0 < (last.1.start_s * 1e9) as i64, "within the set, before its last repetition");
    let told = |name: &str| stop.inputs.iter().any(|input| input.name == name);
    assert!(told("best_velocity_m_s") && told("last_velocity_m_s") && !stop.source.is_empty());

    let (advice, load_kg) = next.expect("a load for the next set");
    println!("next load: {}", advice.reason);
    // the best two are some 0.59 m/s, so a target of 0.45 asks for all that one step may add
    assert!(load_kg > set.load_kg() && load_kg <= 1.1 * set.load_kg() + 1e-9, "{load_kg}");
    assert!(advice.at >= stop.at && advice.set == stop.set);
}

/// Loss of the last repetition against the best, %.
fn loss_pct(seen: &BTreeMap<DeviceTime, &Rep>) -> Option<f64> {
    let velocities: Vec<f64> = seen.values().filter_map(|rep| rep.metrics.mean_velocity_m_s).collect();
    let best = velocities.iter().copied().fold(f64::MIN, f64::max);
    Some(100.0 * (best - velocities.last()?) / best)
}
