//! Exact motion of one number: a piecewise polynomial whose value, rate and acceleration are known at any time.

/// One coordinate (m) or angle (rad) over time, with continuous value, rate, acceleration and jerk.
///
/// Each piece is a quintic in the rate: from one rate and acceleration to the next with no jerk at either end. Before
/// the first piece the value rests, after the last it rests where it was left.
#[derive(Clone, Debug)]
pub struct Track {
    pieces: Vec<Piece>,
    now_s: f64,
    rate: f64,
    acceleration: f64,
    value: f64,
}

/// A polynomial of the value in `u = (t − begin) / duration`.
#[derive(Clone, Debug)]
struct Piece {
    begin_s: f64,
    duration_s: f64,
    coefficients: [f64; 7],
}

/// Shorter waits are rounding of sums, s.
const SHORTEST_S: f64 = 1e-9;

/// Value, rate and acceleration at one time.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// The value.
    pub value: f64,
    /// Its first derivative, 1/s.
    pub rate: f64,
    /// Its second derivative, 1/s².
    pub acceleration: f64,
}

/// A rate and acceleration that is reached after a duration.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Knot {
    /// Time since the knot before, s.
    pub after_s: f64,
    /// Rate at the knot.
    pub rate: f64,
    /// Acceleration at the knot.
    pub acceleration: f64,
}

impl Knot {
    /// A knot where the rate is at an extreme (or at rest), so that the acceleration is zero.
    #[must_use]
    pub fn level(after_s: f64, rate: f64) -> Self {
        Self { after_s, rate, acceleration: 0.0 }
    }

    /// Displacement from `rate` and `acceleration` to this knot: the integral of the quintic between them.
    #[must_use]
    pub fn displacement_from(&self, rate: f64, acceleration: f64) -> f64 {
        let t = self.after_s;
        t * (rate + self.rate) / 2.0 + t * t * (acceleration - self.acceleration) / 10.0
    }
}

/// Time from the beginning of the first knot to the last.
#[must_use]
pub fn duration_of(knots: &[Knot]) -> f64 {
    knots.iter().map(|knot| knot.after_s).sum()
}

impl Track {
    /// Rests at `value` from `start_s` on.
    #[must_use]
    pub fn resting(start_s: f64, value: f64) -> Self {
        Self { pieces: Vec::new(), now_s: start_s, rate: 0.0, acceleration: 0.0, value }
    }

    /// Time until which the track is planned, s.
    #[must_use]
    pub fn now_s(&self) -> f64 {
        self.now_s
    }

    /// Value at the end of the plan.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Goes on to a knot; a knot after no time is skipped, since nothing can change in it.
    pub fn to(&mut self, knot: Knot) {
        let t = knot.after_s;
        if t <= 0.0 {
            return;
        }
        let change = knot.rate - self.rate;
        let (a0, a1) = (t * self.acceleration, t * knot.acceleration);
        // coefficients of the rate in u, each integrated to one of the value
        let rate = [
            self.rate,
            a0,
            0.0,
            10.0 * change - 6.0 * a0 - 4.0 * a1,
            -15.0 * change + 8.0 * a0 + 7.0 * a1,
            6.0 * change - 3.0 * (a0 + a1),
        ];
        let mut coefficients = [self.value, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        for (power, c) in rate.iter().enumerate() {
            coefficients[power + 1] = t * c / (power as f64 + 1.0);
        }
        self.pieces.push(Piece { begin_s: self.now_s, duration_s: t, coefficients });
        self.value = coefficients.iter().sum();
        self.now_s += t;
        self.rate = knot.rate;
        self.acceleration = knot.acceleration;
    }

    /// Goes on over several knots.
    pub fn along(&mut self, knots: &[Knot]) {
        for knot in knots {
            self.to(*knot);
        }
    }

    /// Rests until `t_s`, or comes to rest by then.
    pub fn rest_until(&mut self, t_s: f64) {
        if t_s - self.now_s < SHORTEST_S || (self.rate == 0.0 && self.acceleration == 0.0) {
            self.now_s = self.now_s.max(t_s);
        } else {
            self.to(Knot::level(t_s - self.now_s, 0.0));
        }
    }

    /// Moves from rest to rest by `displacement` in `duration_s`, one smooth bell of rate.
    pub fn shift(&mut self, duration_s: f64, displacement: f64) {
        let half = duration_s / 2.0;
        self.along(&[Knot::level(half, displacement / half), Knot::level(half, 0.0)]);
    }

    /// Value, rate and acceleration at `t_s`. `hint` remembers the piece, which makes reading in order of time cheap.
    #[must_use]
    pub fn at(&self, t_s: f64, hint: &mut usize) -> Point {
        let begun = |i: usize| self.pieces.get(i).is_some_and(|piece| piece.begin_s <= t_s);
        if *hint > 0 && !begun(*hint) {
            *hint = self.pieces.partition_point(|piece| piece.begin_s <= t_s).saturating_sub(1);
        }
        while begun(*hint + 1) {
            *hint += 1;
        }
        match self.pieces.get(*hint) {
            Some(piece) if piece.begin_s <= t_s => piece.at(t_s),
            Some(piece) => Point { value: piece.coefficients[0], ..Point::default() },
            None => Point { value: self.value, ..Point::default() },
        }
    }
}

impl Piece {
    fn at(&self, t_s: f64) -> Point {
        let u = (t_s - self.begin_s) / self.duration_s;
        if u <= 1.0 {
            return self.inside(u);
        }
        // every gap in a plan is a rest, see `rest_until`
        Point { value: self.coefficients.iter().sum(), ..Point::default() }
    }

    fn inside(&self, u: f64) -> Point {
        let (mut value, mut rate, mut curve) = (0.0, 0.0, 0.0);
        for c in self.coefficients.iter().rev() {
            curve = curve * u + rate;
            rate = rate * u + value;
            value = value * u + c;
        }
        let t = self.duration_s;
        Point { value, rate: rate / t, acceleration: 2.0 * curve / (t * t) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn knots() -> impl Strategy<Value = Vec<Knot>> {
        let knot = (0.05..1.0f64, -2.0..2.0f64, -3.0..3.0f64)
            .prop_map(|(after_s, rate, acceleration)| Knot { after_s, rate, acceleration });
        proptest::collection::vec(knot, 1..8)
    }

    proptest! {
        #[test]
        fn rate_is_the_derivative_of_the_value_and_nothing_jumps(knots in knots()) {
            let mut track = Track::resting(1.0, 0.5);
            track.along(&knots);
            let end = track.now_s();
            track.rest_until(end + 0.3);
            let (mut hint, h) = (0, 1e-5);
            let mut t = 0.9;
            while t < end + 0.4 {
                let [a, b, c] = [t - h, t, t + h].map(|t| track.at(t, &mut hint));
                prop_assert!(((c.value - a.value) / (2.0 * h) - b.rate).abs() < 1e-5);
                prop_assert!((c.rate - a.rate).abs() < 400.0 * h);
                prop_assert!((c.acceleration - a.acceleration).abs() < 60_000.0 * h);
                t += 0.0071;
            }
            prop_assert!(track.at(end + 9.0, &mut hint).rate.abs() < f64::MIN_POSITIVE);
        }

        #[test]
        fn knots_foretell_their_displacement(knots in knots()) {
            let mut track = Track::resting(0.0, 0.0);
            let (mut rate, mut acceleration, mut way) = (0.0, 0.0, 0.0);
            for knot in &knots {
                way += knot.displacement_from(rate, acceleration);
                track.to(*knot);
                (rate, acceleration) = (knot.rate, knot.acceleration);
            }
            prop_assert!((track.value() - way).abs() < 1e-12);
        }

        #[test]
        fn reading_out_of_order_gives_the_same(knots in knots(), times in proptest::collection::vec(0.0..9.0f64, 20)) {
            let mut track = Track::resting(1.0, 0.5);
            track.along(&knots);
            let mut hint = 0;
            for t in times {
                prop_assert_eq!(track.at(t, &mut hint), track.at(t, &mut 0));
            }
        }
    }

    #[test]
    fn a_constant_acceleration_between_matching_knots_is_exact() {
        let mut track = Track::resting(0.0, 10.0);
        track.to(Knot { after_s: 0.1, rate: -0.4, acceleration: -9.0 });
        let height = track.value();
        track.to(Knot { after_s: 0.5, rate: -0.4 - 4.5, acceleration: -9.0 });
        let point = track.at(0.35, &mut 0);
        assert!((point.acceleration + 9.0).abs() < 1e-9);
        assert!((point.value - (height - 0.4 * 0.25 - 4.5 * 0.0625)).abs() < 1e-12);
    }
}
