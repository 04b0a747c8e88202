//! Warnings of one file: all counted, the first ones kept.

/// Warnings kept in words; a file may have as many bad lines as it has lines.
const KEPT: usize = 100;

/// The warnings of one file.
#[derive(Debug, Default)]
pub(super) struct Warnings {
    kept: Vec<String>,
    more: u64,
}

impl Warnings {
    /// Adds one.
    pub(super) fn add(&mut self, warning: String) {
        if self.kept.len() < KEPT {
            self.kept.push(warning);
        } else {
            self.more += 1;
        }
    }

    /// The first one.
    pub(super) fn first(&self) -> Option<&str> {
        self.kept.first().map(String::as_str)
    }

    /// The first ones in words, and the number of the rest.
    pub(super) fn into_words(self) -> Vec<String> {
        let rest = (self.more > 0).then(|| format!("and {} more warnings", self.more));
        self.kept.into_iter().chain(rest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_kept_and_the_rest_counted() {
        let mut warnings = Warnings::default();
        (0..KEPT + 7).for_each(|n| warnings.add(n.to_string()));
        let words = warnings.into_words();
        assert_eq!(
            (words.len(), words[0].as_str(), words[KEPT].as_str()),
            (KEPT + 1, "0", "and 7 more warnings")
        );
    }
}
