//! One counter for everything that gets a number.

/// No earlier run has come this far: half of what JavaScript and JSON keep exactly, which leaves the other half to take.
const FURTHEST_START: u64 = 1 << 52;

/// Hands out the numbers of reps, sets, sessions and advice: positive, below 2^53, each once.
#[derive(Clone, Debug)]
pub struct Ids {
    next: u64,
}

impl Default for Ids {
    fn default() -> Self {
        Self { next: 1 }
    }
}

impl Ids {
    /// Numbers below `next` are taken already (by earlier runs); never goes back. `false` for a number that no run
    /// can have reached, which is not taken over.
    #[must_use]
    pub fn continue_at(&mut self, next: u64) -> bool {
        let possible = next <= FURTHEST_START;
        if possible {
            self.next = self.next.max(next);
        }
        possible
    }

    /// The next free number.
    pub fn take(&mut self) -> u64 {
        let id = self.next;
        self.next += 1;
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_start_at_one_and_never_go_back() {
        let mut ids = Ids::default();
        assert_eq!((ids.take(), ids.take()), (1, 2));
        assert!(ids.continue_at(100) && ids.continue_at(5));
        assert_eq!((ids.take(), ids.take()), (100, 101));
        assert!(!ids.continue_at(u64::MAX));
        assert_eq!(ids.take(), 102);
    }
}
