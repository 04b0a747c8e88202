//! A Bluetooth link as it misbehaves: which packets arrive, and when.

use super::random::Random;
use crate::model::{HostTime, nanos_from_seconds};

/// Faults of a link.
///
/// Losses come in bursts: a link is in a good or a bad state and changes between them from packet to packet (Gilbert
/// 1960, Elliott 1963). What is not lost waits for the next connection event, then for the host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinkFaults {
    /// Chance that a packet finds the link turned bad.
    pub turn_bad: f64,
    /// Chance that a packet finds a bad link turned good; its reciprocal is the mean length of a bad spell in packets.
    pub turn_good: f64,
    /// Loss in the good state.
    pub loss_good: f64,
    /// Loss in the bad state.
    pub loss_bad: f64,
    /// Time between connection events, s.
    pub connection_interval_s: f64,
    /// Mean of the host's exponential delay, s.
    pub jitter_s: f64,
    /// Chance that a packet is held up by a stall, which delays all behind it as well.
    pub stall: f64,
    /// Longest stall, s.
    pub stall_s: f64,
    /// Chance that a packet is overtaken by the next ones.
    pub reorder: f64,
    /// Chance that a packet arrives twice.
    pub duplicate: f64,
}

impl LinkFaults {
    /// Everything arrives at once.
    pub const NONE: Self = Self {
        turn_bad: 0.0,
        turn_good: 1.0,
        loss_good: 0.0,
        loss_bad: 0.0,
        connection_interval_s: 0.0,
        jitter_s: 0.0,
        stall: 0.0,
        stall_s: 0.0,
        reorder: 0.0,
        duplicate: 0.0,
    };

    /// A good adapter near the rack: 0.3 % of packets lost in short bursts, 30 ms events, a few ms of jitter.
    pub const LIGHT: Self = Self {
        turn_bad: 0.002,
        turn_good: 0.5,
        loss_good: 0.0005,
        loss_bad: 0.6,
        connection_interval_s: 0.03,
        jitter_s: 0.003,
        stall: 0.0005,
        stall_s: 0.3,
        reorder: 0.0,
        duplicate: 0.0,
    };

    /// A built-in radio that shares its antenna (sensors.md §11.4): 5 % lost in bursts of several packets, stalls
    /// of up to a second, packets out of turn and twice.
    pub const HEAVY: Self = Self {
        turn_bad: 0.012,
        turn_good: 0.2,
        loss_good: 0.003,
        loss_bad: 0.8,
        connection_interval_s: 0.045,
        jitter_s: 0.02,
        stall: 0.004,
        stall_s: 1.0,
        reorder: 0.01,
        duplicate: 0.01,
    };

    /// Share of packets lost in the long run.
    #[must_use]
    pub fn mean_loss(&self) -> f64 {
        let bad = self.turn_bad / (self.turn_bad + self.turn_good);
        (1.0 - bad) * self.loss_good + bad * self.loss_bad
    }
}

/// Arrivals of one packet at the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// When it arrives; `None` when it is lost.
    pub first: Option<HostTime>,
    /// When it arrives once more.
    pub again: Option<HostTime>,
}

/// One link.
#[derive(Clone, Debug)]
pub struct Link {
    faults: LinkFaults,
    random: Random,
    bad: bool,
    /// When connection events happen, s after each multiple of the interval.
    phase_s: f64,
    /// Nothing but what is overtaken arrives before this, s.
    busy_until_s: f64,
}

impl Link {
    /// A link in its good state.
    #[must_use]
    pub fn new(faults: LinkFaults, mut random: Random) -> Self {
        let phase_s = random.between(0.0, faults.connection_interval_s);
        Self { faults, random, bad: false, phase_s, busy_until_s: f64::MIN }
    }

    /// Carries a packet that is ready at true time `ready_s`; it never arrives earlier than that.
    pub fn carry(&mut self, ready_s: f64) -> Arrivals {
        let faults = self.faults;
        let turn = if self.bad { faults.turn_good } else { faults.turn_bad };
        self.bad ^= self.random.chance(turn);
        let stalled_s =
            if self.random.chance(faults.stall) { self.random.between(0.05, faults.stall_s) } else { 0.0 };
        let jitter_s = self.random.exponential(faults.jitter_s);
        let in_turn_s = (self.next_event(ready_s) + jitter_s + stalled_s).max(self.busy_until_s);
        self.busy_until_s = in_turn_s;
        let overtaken = self.random.chance(faults.reorder);
        let late_s = self.random.between(0.05, 0.4);
        let twice = self.random.chance(faults.duplicate);
        let again_s = in_turn_s + self.random.between(0.0, 0.2);
        if self.random.chance(if self.bad { faults.loss_bad } else { faults.loss_good }) {
            return Arrivals::default();
        }
        let arrival_s = if overtaken { in_turn_s + late_s } else { in_turn_s };
        let host = |t_s| HostTime(nanos_from_seconds(t_s));
        Arrivals { first: Some(host(arrival_s)), again: twice.then(|| host(again_s)) }
    }

    fn next_event(&self, ready_s: f64) -> f64 {
        let interval_s = self.faults.connection_interval_s;
        if interval_s == 0.0 {
            return ready_s;
        }
        ((ready_s - self.phase_s) / interval_s).ceil() * interval_s + self.phase_s
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(faults: LinkFaults, packets: u32) -> Vec<Arrivals> {
        let mut link = Link::new(faults, Random::new(8));
        (0..packets).map(|i| link.carry(f64::from(i) * 0.08)).collect()
    }

    #[test]
    fn loss_and_length_of_bursts_are_those_of_the_model() {
        let faults = LinkFaults {
            turn_bad: 0.01,
            turn_good: 0.25,
            loss_good: 0.0,
            loss_bad: 1.0,
            ..LinkFaults::HEAVY
        };
        let lost: Vec<bool> = carried(faults, 200_000).iter().map(|a| a.first.is_none()).collect();
        let losses = lost.iter().filter(|lost| **lost).count() as f64;
        let bursts = lost.windows(2).filter(|pair| !pair[0] && pair[1]).count() as f64;
        assert!((losses / 200_000.0 / faults.mean_loss() - 1.0).abs() < 0.05);
        assert!((losses / bursts - 4.0).abs() < 0.2, "{}", losses / bursts);
        let heavy = carried(LinkFaults::HEAVY, 100_000).iter().filter(|a| a.first.is_none()).count() as f64;
        assert!((heavy / 100_000.0 / LinkFaults::HEAVY.mean_loss() - 1.0).abs() < 0.08);
    }

    #[test]
    fn nothing_arrives_before_it_is_ready_and_a_perfect_link_delays_nothing() {
        for faults in [LinkFaults::NONE, LinkFaults::LIGHT, LinkFaults::HEAVY] {
            for (i, arrivals) in carried(faults, 20_000).into_iter().enumerate() {
                let ready = nanos_from_seconds(i as f64 * 0.08);
                for at in [arrivals.first, arrivals.again].into_iter().flatten() {
                    assert!(at.0 >= ready - 1);
                    assert!(faults != LinkFaults::NONE || at.0 == ready);
                }
            }
        }
    }

    #[test]
    fn only_reordering_breaks_the_order_and_duplicates_are_as_many_as_asked() {
        let in_order = |faults| {
            let arrivals: Vec<HostTime> = carried(faults, 50_000).iter().filter_map(|a| a.first).collect();
            arrivals.windows(2).filter(|pair| pair[1] < pair[0]).count()
        };
        assert_eq!(in_order(LinkFaults { reorder: 0.0, ..LinkFaults::HEAVY }), 0);
        assert!(in_order(LinkFaults::HEAVY) > 100);
        let twice = carried(LinkFaults { duplicate: 0.1, ..LinkFaults::NONE }, 50_000);
        let twice = twice.iter().filter(|a| a.again.is_some()).count();
        assert!((twice as f64 / 5_000.0 - 1.0).abs() < 0.05);
    }
}
