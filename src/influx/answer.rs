//! What a server's answer means for what was sent, and how long to wait where it says to.

use crate::simulate::random::Random;

/// What became of a write.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// All of it is kept.
    Done,
    /// Something in it is not taken, and never will be; the rest may be kept already.
    Refused(String),
    /// Too much at once.
    TooLarge,
    /// Nothing will be taken until somebody changes something: token, bucket, address.
    Locked(String),
    /// Not now. With the time that the server wants to be left alone, s.
    Busy(String, Option<f64>),
}

/// Longest a server may send us away, s.
const LONGEST_WISH_S: f64 = 3600.0;
/// Longest of a server's words that are kept, characters.
const LONGEST_WORDS: usize = 300;

impl Answer {
    /// The meaning of a status that is not 204 with its body and `Retry-After`.
    #[must_use]
    pub fn of(status: u16, body: &str, retry_after: Option<&str>) -> Self {
        let words = words(status, body);
        match status {
            204 => Self::Done,
            400 | 422 => Self::Refused(words),
            413 => Self::TooLarge,
            408 | 425 | 429 | 500..=599 => {
                let wish = retry_after.and_then(|text| text.trim().parse::<f64>().ok());
                let wish = wish.filter(|wish| *wish >= 0.0).map(|wish| wish.min(LONGEST_WISH_S));
                Self::Busy(words, wish)
            }
            // whatever else a server says, sending the same again at once is no use
            _ => Self::Locked(words),
        }
    }
}

/// What the server says, short; InfluxDB says it in JSON.
fn words(status: u16, body: &str) -> String {
    let told: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let said = told.as_ref().and_then(|told| told["message"].as_str().or(told["error"].as_str()));
    let plain: Vec<&str> = said.unwrap_or(body).split_whitespace().collect();
    let plain: String = plain.join(" ").chars().take(LONGEST_WORDS).collect();
    if plain.is_empty() { format!("status {status}") } else { format!("status {status}: {plain}") }
}

/// Pauses that grow while a server can't be reached: doubled each time, and never the same for two gyms.
#[derive(Debug)]
pub(super) struct Patience {
    random: Random,
    failures: u32,
}

/// The first pause, s.
const FIRST_S: f64 = 1.0;
/// The longest, s.
const LONGEST_S: f64 = 300.0;

impl Patience {
    /// Fresh; gyms that lost their server together ask again apart when their seeds differ.
    #[must_use]
    pub(super) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed), failures: 0 }
    }

    /// It went well.
    pub(super) fn reward(&mut self) {
        self.failures = 0;
    }

    /// The next pause, s, not shorter than the server wishes.
    pub(super) fn next_s(&mut self, wish_s: Option<f64>) -> f64 {
        let grown = (FIRST_S * f64::from(1_u32 << self.failures.min(16))).min(LONGEST_S);
        self.failures = self.failures.saturating_add(1);
        let pause = grown * self.random.between(0.75, 1.25);
        wish_s.map_or(pause, |wish| pause.max(wish * self.random.between(1.0, 1.1)))
    }

    /// The pause before a locked door is tried again, s.
    pub(super) fn locked_s(&mut self) -> f64 {
        LONGEST_S * self.random.between(0.75, 1.25)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart() {
        use Answer::{Busy, Done, Locked, Refused, TooLarge};
        let of = |status| Answer::of(status, "", None);
        assert_eq!(of(204), Done);
        assert!([400, 422].map(of).iter().all(|answer| matches!(answer, Refused(_))));
        assert!([301, 401, 403, 404, 405].map(of).iter().all(|answer| matches!(answer, Locked(_))));
        assert_eq!(of(413), TooLarge);
        assert!([408, 429, 500, 502, 503, 504].map(of).iter().all(|answer| matches!(answer, Busy(_, None))));
        assert_eq!(Answer::of(429, "", Some("7")), Busy("status 429".to_owned(), Some(7.0)));
        assert_eq!(Answer::of(503, "", Some("1e9")), Busy("status 503".to_owned(), Some(3600.0)));
        for silly in ["-3", "soon", "NaN", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(Answer::of(503, "", Some(silly)), Busy("status 503".to_owned(), None), "{silly}");
        }
        let json = r#"{"code":"invalid","message":"unable to parse 'x': missing fields"}"#;
        assert_eq!(
            Answer::of(400, json, None),
            Refused("status 400: unable to parse 'x': missing fields".to_owned())
        );
    }

    #[test]
    fn pauses_double_up_to_five_minutes_and_never_undercut_the_server() {
        let mut patience = Patience::new(1);
        for expected in [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0, 300.0] {
            let pause = patience.next_s(None);
            assert!((0.75 * expected..=1.25 * expected).contains(&pause), "{pause} for {expected}");
        }
        assert!(patience.next_s(Some(1000.0)) >= 1000.0);
        patience.reward();
        assert!(patience.next_s(Some(0.0)) <= 1.25);
        let (mut one, mut other) = (Patience::new(2), Patience::new(3));
        assert!((one.next_s(None) - other.next_s(None)).abs() > 1e-9);
    }
}
