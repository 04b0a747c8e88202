//! Seeded randomness, the same on every machine.
//!
//! The generator is xoshiro256++ (Blackman and Vigna 2019) seeded through SplitMix64: thirty lines of integer
//! arithmetic, so no crate's next major version changes a published seed's recording. Logarithms and angles come from
//! `libm`, whose results don't depend on the platform's C library.

/// A stream of random numbers.
#[derive(Clone, Debug)]
pub struct Random {
    state: [u64; 4],
    spare_normal: Option<f64>,
}

impl Random {
    /// The stream of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut mix = seed;
        let state = std::array::from_fn(|_| split_mix(&mut mix));
        Self { state, spare_normal: None }
    }

    /// The stream of one part of a seeded whole: streams of different parts are independent, so that drawing more
    /// in one part changes nothing in another.
    #[must_use]
    pub fn of_part(seed: u64, part: u64) -> Self {
        let mut mix = part;
        Self::new(seed ^ split_mix(&mut mix))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 * f64::EPSILON * 0.5
    }

    /// Uniform in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// Uniform among 0, 1, …, n − 1; 0 when n is 0. The bias of the multiplication is below n / 2^64.
    pub fn below(&mut self, n: u32) -> u32 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u32
    }

    /// True with probability `p`.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// Either sign with the same probability.
    pub fn sign(&mut self) -> f64 {
        if self.chance(0.5) { 1.0 } else { -1.0 }
    }

    /// Normal with mean 0 and standard deviation 1 (Marsaglia's polar method).
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        loop {
            let (u, v) = (self.between(-1.0, 1.0), self.between(-1.0, 1.0));
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                let scale = (-2.0 * libm::log(s) / s).sqrt();
                self.spare_normal = Some(v * scale);
                return u * scale;
            }
        }
    }

    /// Normal with mean 0 and this standard deviation, cut at three of them.
    pub fn spread(&mut self, standard_deviation: f64) -> f64 {
        self.normal().clamp(-3.0, 3.0) * standard_deviation
    }

    /// Exponential with this mean.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * libm::log(1.0 - self.unit())
    }

    /// Three independent normal numbers with this standard deviation.
    pub fn normal3(&mut self, standard_deviation: f64) -> [f64; 3] {
        std::array::from_fn(|_| self.normal() * standard_deviation)
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_mix_gives_the_published_first_numbers_of_seed_zero() {
        let mut state = 0;
        assert_eq!(split_mix(&mut state), 0xe220_a839_7b1d_cdaf);
        assert_eq!(split_mix(&mut state), 0x6e78_9e6a_a1b9_65f4);
    }

    #[test]
    fn the_same_seed_gives_the_same_stream_and_parts_differ() {
        let take = |mut random: Random| (0..8).map(|_| random.bits()).collect::<Vec<_>>();
        assert_eq!(take(Random::new(7)), take(Random::new(7)));
        assert_ne!(take(Random::of_part(7, 1)), take(Random::of_part(7, 2)));
    }

    #[test]
    fn moments_are_those_of_the_distributions() {
        let mut random = Random::new(1);
        let n = 200_000;
        let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let normal: Vec<f64> = (0..n).map(|_| random.normal()).collect();
        let square: Vec<f64> = normal.iter().map(|x| x * x).collect();
        let unit: Vec<f64> = (0..n).map(|_| random.unit()).collect();
        let waiting: Vec<f64> = (0..n).map(|_| random.exponential(3.0)).collect();
        assert!(mean(&normal).abs() < 0.01);
        assert!((mean(&square) - 1.0).abs() < 0.02);
        assert!((mean(&unit) - 0.5).abs() < 0.003);
        assert!((mean(&waiting) - 3.0).abs() < 0.03);
        assert!(unit.iter().all(|u| (0.0..1.0).contains(u)));
        assert!((0..1000).all(|_| random.below(3) < 3));
    }
}
