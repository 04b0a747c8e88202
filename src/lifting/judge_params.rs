//! What the judgement of a set may be told.

/// Parameters of the judgement. Distances are in standard deviations, shares relate to the set's own measure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JudgeParams {
    /// `σ_s`: spread of the logarithm of way and of peak speed within a set, bad links included. Too small: fatigue
    /// ends the set early; too large: handling joins it.
    pub log_sd: f64,
    /// Spread of the logarithm of the turning within a set.
    pub log_turn_sd: f64,
    /// Spread of the posture of a worn sensor within a set, rad.
    pub posture_sd_rad: f64,
    /// The same where repetitions swing, as a share of how far they do.
    pub swing_posture: f64,
    /// Turning that says nothing, rad: it is added before the logarithm.
    pub idle_turn_rad: f64,
    /// Distance up to which a candidate within the chain counts.
    pub inside: f64,
    /// Distance up to which a candidate extends the chain.
    pub edge: f64,
    /// A candidate that extends the chain has at least this share of the set's way (training.md §1.4: below 0.6 is
    /// unracking or putting back).
    pub partial_way: f64,
    /// And at least this share of its peak speed: a smoother's ringing is slower.
    pub partial_speed: f64,
    /// The other half of a repetition has at least this share of the set's way.
    pub half: f64,
    /// A candidate with this share of the set's way may lack its other half where the recording begins or ends.
    pub whole: f64,
    /// A candidate this close to the recording's beginning or end, s, may lack its other half.
    pub edge_s: f64,
    /// Longest step between neighbours, in median steps of the set.
    pub spacing: f64,
    /// The same where repetitions swing: a hand that is free does more that looks like them.
    pub swing_spacing: f64,
    /// Longest step, s, to a candidate that resembles the set within one standard deviation: a lifter takes breaths.
    pub patience_s: f64,
    /// A stroke that turns the sensor this many times as far as the set's is handling; no set goes on across it.
    pub handling: f64,
    /// A hole longer than this blurs way and speed, s; they then count half.
    pub hole_s: f64,
    /// Candidates this far apart in time say little of each other, s.
    pub neighbourhood_s: f64,
}

impl Default for JudgeParams {
    fn default() -> Self {
        Self {
            log_sd: 0.45,
            log_turn_sd: 0.4,
            posture_sd_rad: 0.35,
            swing_posture: 0.3,
            idle_turn_rad: 0.7,
            inside: 2.5,
            edge: 2.0,
            partial_way: 0.55,
            partial_speed: 0.3,
            half: 0.35,
            whole: 0.75,
            edge_s: 2.0,
            spacing: 2.5,
            swing_spacing: 1.75,
            patience_s: 15.0,
            handling: 3.0,
            hole_s: 0.25,
            neighbourhood_s: 20.0,
        }
    }
}
