//! What `ironstride compare` prints: one page.

use super::Metric;
use super::table::Measured;
use crate::cli::format::rounded;
use crate::trust::agreement::Agreement;
use crate::trust::pairing::Pairing;
use crate::trust::student::Interval;
use serde::Serialize;
use std::fmt::{self, Write};
use std::io;

/// Repetitions without a counterpart that are listed on the page; JSON has all.
const LISTED: usize = 12;

/// A comparison.
pub(super) struct Report<'a> {
    pub(super) metric: Metric,
    pub(super) files: [String; 2],
    pub(super) ours: &'a Measured,
    pub(super) theirs: &'a Measured,
    pub(super) pairing: &'a Pairing,
    pub(super) agreement: &'a Agreement,
}

#[derive(Serialize)]
struct Json<'a> {
    ours: &'a str,
    theirs: &'a str,
    metric: &'static str,
    paired_by: &'static str,
    clock_offset_s: Option<f64>,
    rival_clock_offset_s: Option<f64>,
    matched: Vec<JsonPair>,
    missed: Vec<JsonRep>,
    extra: Vec<JsonRep>,
    bias_m_s: f64,
    bias_interval_m_s: [f64; 2],
    sd_of_differences_m_s: f64,
    limits_of_agreement_m_s: [f64; 2],
    lower_limit_interval_m_s: [f64; 2],
    upper_limit_interval_m_s: [f64; 2],
    rmse_m_s: f64,
    proportional_bias: Option<f64>,
    proportional_bias_interval: Option<[f64; 2]>,
    pearson_r_no_measure_of_agreement: Option<f64>,
    left_out: Vec<String>,
}

#[derive(Serialize)]
struct JsonPair {
    ours: JsonRep,
    theirs: JsonRep,
}

/// A repetition; its time counts from the file's first one.
#[derive(Serialize)]
struct JsonRep {
    t_s: Option<f64>,
    velocity_m_s: f64,
}

impl Report<'_> {
    /// One JSON object.
    pub(super) fn json(&self) -> Result<String, io::Error> {
        let Agreement { differences, bias_interval, limits, rmse, correlation, proportional_bias, .. } =
            self.agreement;
        let is_by_time = self.is_by_time();
        let pair =
            |(i, j): &(usize, usize)| JsonPair { ours: rep(self.ours, *i), theirs: rep(self.theirs, *j) };
        let json = Json {
            ours: &self.files[0],
            theirs: &self.files[1],
            metric: self.name(),
            paired_by: if is_by_time { "time" } else { "order" },
            clock_offset_s: is_by_time.then(|| rounded(self.pairing.offset_s)),
            rival_clock_offset_s: self.pairing.rival_offset_s.map(rounded),
            matched: self.pairing.pairs.iter().map(pair).collect(),
            missed: self.missed().map(|index| rep(self.theirs, index)).collect(),
            extra: self.extra().map(|index| rep(self.ours, index)).collect(),
            bias_m_s: rounded(differences.mean),
            bias_interval_m_s: ends(*bias_interval),
            sd_of_differences_m_s: rounded(differences.sd),
            limits_of_agreement_m_s: ends(*limits),
            lower_limit_interval_m_s: ends(self.agreement.low_limit_interval),
            upper_limit_interval_m_s: ends(self.agreement.high_limit_interval),
            rmse_m_s: rounded(*rmse),
            proportional_bias: proportional_bias.map(|(slope, _)| rounded(slope)),
            proportional_bias_interval: proportional_bias.map(|(_, interval)| ends(interval)),
            pearson_r_no_measure_of_agreement: correlation.map(rounded),
            left_out: self.left_out().collect(),
        };
        Ok(serde_json::to_string(&json)?)
    }

    /// One page.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        // a text takes all
        let _ = self.matching(&mut text).and_then(|()| self.statistics(&mut text));
        text
    }

    fn matching(&self, text: &mut String) -> fmt::Result {
        let [ours, theirs] = &self.files;
        writeln!(
            text,
            "{} velocity: {ours} (`{}`) against {theirs} (`{}`)\n",
            self.name(),
            self.ours.velocity_column,
            self.theirs.velocity_column
        )?;
        for why in self.left_out() {
            writeln!(text, "  ! {why}")?;
        }
        writeln!(text, "matched  {}", self.pairing.pairs.len())?;
        write!(text, "missed   {} (theirs has them, ours has not)", self.missed().count())?;
        list(text, self.theirs, self.missed())?;
        write!(text, "extra    {} (ours has them, theirs has not)", self.extra().count())?;
        list(text, self.ours, self.extra())?;
        if self.is_by_time() {
            writeln!(text, "clocks   ours − theirs = {:.2} s, found from the rhythm", self.pairing.offset_s)?;
        } else {
            writeln!(
                text,
                "paired by order, since one side has no times: a missed and an extra one would go unseen"
            )?;
        }
        if let Some(rival) = self.pairing.rival_offset_s {
            writeln!(
                text,
                "  ! an offset of {rival:.2} s would pair nearly as many: the rhythm is too even to be sure. Compare a whole \
                training, with its rests"
            )?;
        }
        Ok(())
    }

    fn statistics(&self, text: &mut String) -> fmt::Result {
        let agreement = self.agreement;
        let bias = agreement.differences.mean;
        writeln!(text, "\ndifferences ours − theirs, m/s, 95 % intervals in brackets")?;
        writeln!(text, "  bias                  {bias:+.3}  [{}]", words(agreement.bias_interval))?;
        writeln!(text, "  SD of differences      {:.3}", agreement.differences.sd)?;
        writeln!(
            text,
            "  limits of agreement   {:+.3}  [{}]  to  {:+.3}  [{}]",
            agreement.limits.low,
            words(agreement.low_limit_interval),
            agreement.limits.high,
            words(agreement.high_limit_interval)
        )?;
        writeln!(text, "  RMSE                   {:.3}", agreement.rmse)?;
        match agreement.proportional_bias {
            Some((slope, interval)) => {
                let verdict = if interval.holds(0.0) {
                    "not shown"
                } else {
                    "shown: faster repetitions differ otherwise"
                };
                writeln!(
                    text,
                    "  proportional bias     {slope:+.3}  [{}] per m/s: {verdict}",
                    words(interval)
                )?;
            }
            None => writeln!(text, "  proportional bias      unknown: all velocities are the same")?,
        }
        match agreement.correlation {
            Some(r) => writeln!(
                text,
                "\nPearson's r {r:.3}: says that both rise together. It is no measure of agreement."
            )?,
            None => writeln!(text, "\nPearson's r is unknown: one side is constant.")?,
        }
        writeln!(
            text,
            "95 % of differences are expected within the limits of agreement (Bland & Altman 1986; intervals: 1999). The\n\
            intervals take repetitions as independent; those of one athlete are not quite, so they are a little too narrow.\n\
            Devices define mean velocity differently: part of a bias may be the definition (docs/formulas.md has ours)."
        )
    }

    fn name(&self) -> &'static str {
        match self.metric {
            Metric::Mean => "mean",
            Metric::Propulsive => "mean propulsive",
            Metric::Peak => "peak",
        }
    }

    fn is_by_time(&self) -> bool {
        self.ours.times_s.is_some() && self.theirs.times_s.is_some()
    }

    /// Indices of theirs without one of ours.
    fn missed(&self) -> impl Iterator<Item = usize> {
        let pairs = &self.pairing.pairs;
        (0..self.theirs.velocities_m_s.len()).filter(|j| pairs.iter().all(|(_, other)| other != j))
    }

    /// Indices of ours without one of theirs.
    fn extra(&self) -> impl Iterator<Item = usize> {
        let pairs = &self.pairing.pairs;
        (0..self.ours.velocities_m_s.len()).filter(|i| pairs.iter().all(|(other, _)| other != i))
    }

    fn left_out(&self) -> impl Iterator<Item = String> {
        let sides = self.files.iter().zip([self.ours, self.theirs]);
        sides.flat_map(|(file, side)| {
            let told = side.left_out.iter().take(LISTED).map(move |why| format!("{file}: {why}"));
            let more = side.left_out.len().saturating_sub(LISTED);
            told.chain((more > 0).then(|| format!("{file}: and {more} more lines without a number")))
        })
    }
}

fn list(text: &mut String, side: &Measured, which: impl Iterator<Item = usize>) -> fmt::Result {
    let mut which = which.peekable();
    let mut listed = 0;
    while let Some(index) = which.next_if(|_| listed < LISTED) {
        let at = time(side, index).map(|t| format!(" at {t:.1} s")).unwrap_or_default();
        write!(text, "{} {:.2} m/s{at}", if listed == 0 { ":" } else { "," }, side.velocities_m_s[index])?;
        listed += 1;
    }
    let more = which.count();
    writeln!(text, "{}", if more > 0 { format!(", and {more} more") } else { String::new() })
}

/// Time of a repetition since the file's first one, s: dates in seconds would tell nobody anything.
fn time(side: &Measured, index: usize) -> Option<f64> {
    let times = side.times_s.as_ref()?;
    Some(rounded(times[index] - times[0]))
}

fn rep(side: &Measured, index: usize) -> JsonRep {
    JsonRep { t_s: time(side, index), velocity_m_s: side.velocities_m_s[index] }
}

fn ends(interval: Interval) -> [f64; 2] {
    [rounded(interval.low), rounded(interval.high)]
}

fn words(interval: Interval) -> String {
    format!("{:+.3}, {:+.3}", interval.low, interval.high)
}
