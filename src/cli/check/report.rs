//! What `ironstride check` prints.

use crate::cli::format::rounded;
use crate::trust::height::{HeightCheck, LIMIT_PCT, Verdict};
use serde::Serialize;
use std::fmt::Write;
use std::io;

/// One lift.
#[derive(Debug)]
pub(super) struct Lift {
    /// The file, or the repetition of the store.
    pub(super) from: String,
    /// Start of the lift on the file's axis, s.
    pub(super) start_s: Option<f64>,
    pub(super) range_of_motion_m: f64,
}

/// A check with its lifts.
pub(super) struct Report<'a> {
    pub(super) check: &'a HeightCheck,
    pub(super) lifts: &'a [Lift],
    pub(super) warnings: &'a [String],
}

#[derive(Serialize)]
struct Json<'a> {
    height_m: f64,
    lifts: Vec<JsonLift<'a>>,
    mean_range_m: f64,
    repeatability_sd_m: f64,
    scale_error_pct: f64,
    scale_error_low_pct: f64,
    scale_error_high_pct: f64,
    limit_pct: f64,
    passed: bool,
    verdict: &'static str,
    what_to_do: Option<&'static str>,
    warnings: &'a [String],
}

#[derive(Serialize)]
struct JsonLift<'a> {
    from: &'a str,
    start_s: Option<f64>,
    range_of_motion_m: f64,
    error_pct: f64,
}

impl Report<'_> {
    /// One JSON object.
    pub(super) fn json(&self) -> Result<String, io::Error> {
        let check = self.check;
        let lifts = self.lifts.iter().map(|lift| JsonLift {
            from: &lift.from,
            start_s: lift.start_s,
            range_of_motion_m: lift.range_of_motion_m,
            error_pct: rounded(error_pct(lift, check)),
        });
        let json = Json {
            height_m: check.height_m,
            lifts: lifts.collect(),
            mean_range_m: rounded(check.ranges_m.mean),
            repeatability_sd_m: rounded(check.ranges_m.sd),
            scale_error_pct: rounded(check.scale_error_pct),
            scale_error_low_pct: rounded(check.scale_error_interval_pct.low),
            scale_error_high_pct: rounded(check.scale_error_interval_pct.high),
            limit_pct: LIMIT_PCT,
            passed: check.verdict == Verdict::Pass,
            verdict: word(check.verdict),
            what_to_do: what_to_do(check.verdict),
            warnings: self.warnings,
        };
        Ok(serde_json::to_string(&json)?)
    }

    /// A page for people.
    pub(super) fn text(&self) -> String {
        let check = self.check;
        let mut text = String::new();
        // a text takes all
        let _ = self.write(check, &mut text);
        text
    }

    fn write(&self, check: &HeightCheck, text: &mut String) -> std::fmt::Result {
        writeln!(text, "Lifts of {:.3} m between two stops\n", check.height_m)?;
        for warning in self.warnings {
            writeln!(text, "  ! {warning}")?;
        }
        writeln!(text, "  lift   range   error  from")?;
        for (lift, number) in self.lifts.iter().zip(1..) {
            let at = lift.start_s.map(|s| format!(" at {s:.1} s")).unwrap_or_default();
            writeln!(
                text,
                "  {number:>4} {:>5.3} m {:>+5.1} %  {}{at}",
                lift.range_of_motion_m,
                error_pct(lift, check),
                lift.from
            )?;
        }
        let interval = check.scale_error_interval_pct;
        writeln!(
            text,
            "\nscale error    {:+.1} % (95 % interval {:+.1} to {:+.1} %, {} lifts, Student's t)",
            check.scale_error_pct, interval.low, interval.high, check.ranges_m.count
        )?;
        writeln!(text, "repeatability  SD {:.1} mm of a single lift", 1e3 * check.ranges_m.sd)?;
        writeln!(
            text,
            "limit          ±{LIMIT_PCT} %, the whole interval: at 0.6 m/s that is 0.03 m/s, half of the smallest change\n               \
            of mean velocity that can be told from a lifter's own scatter (Weakley et al. 2021)"
        )?;
        writeln!(text, "\n{}", word(check.verdict).to_uppercase())?;
        if let Some(words) = what_to_do(check.verdict) {
            writeln!(text, "{words}")?;
        }
        Ok(())
    }
}

fn error_pct(lift: &Lift, check: &HeightCheck) -> f64 {
    100.0 * (lift.range_of_motion_m / check.height_m - 1.0)
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "pass",
        Verdict::OffScale => "fail: the scale is off",
        Verdict::Scattered => "fail: the lifts scatter too much to tell",
        Verdict::Absurd => "fail: no sensor is so wrong",
    }
}

fn what_to_do(verdict: Verdict) -> Option<&'static str> {
    match verdict {
        Verdict::Pass => None,
        Verdict::OffScale => Some(
            "Measure the height again, between the bar's two rests. If it is right: fix the sensor so that it can't shift, \
            and calibrate\nit (`ironstride calibrate --help`). A sensor beside the bar's centre line on a bar that turns \
            needs its lever arm\n(`lever_arm_m` in ironstride.toml). Then check again.",
        ),
        Verdict::Scattered => Some(
            "Lift ten times instead of five, each from rest to touch, without bouncing off the stops; look at the link if \
            samples were lost.",
        ),
        Verdict::Absurd => Some(
            "Was the height measured in metres, between the bar's two rests? Did every lift go from stop to stop? A recording \
            in other units\n(g instead of m/s²) does this too; `ironstride analyze --all` shows every movement.",
        ),
    }
}
