//! Text that comes in pieces, put together to lines.

/// Longest line that is waited for, bytes.
pub(super) const LONGEST_LINE: usize = 512;

/// What has come of a line whose end has not.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
    /// Whether the beginning of the line that comes next has been seen.
    in_step: bool,
}

impl Lines {
    /// The whole lines that `piece` completes, in order. What comes before the first line feed may have lost its
    /// beginning and is left out, and so is a line that never ends.
    pub(super) fn push(&mut self, piece: &[u8]) -> Vec<String> {
        let mut lines = Vec::new();
        for &byte in piece {
            if byte == b'\n' {
                let line = std::mem::take(&mut self.begun);
                if std::mem::replace(&mut self.in_step, true) {
                    lines.push(String::from_utf8_lossy(&line).into_owned());
                }
            } else if self.begun.len() < LONGEST_LINE {
                self.begun.push(byte);
            } else {
                self.in_step = false;
            }
        }
        lines
    }
}

/// The numbers of a line; what is none is `None`.
pub(super) fn columns(line: &str) -> Vec<Option<f64>> {
    let number = |text: &str| text.trim().parse().ok().filter(|x: &f64| x.is_finite());
    let separators = [',', ';', '\t'];
    if line.contains(separators) {
        line.split(separators).map(number).collect()
    } else {
        line.split_whitespace().map(number).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_put_together_from_the_first_whole_one_on() {
        let mut lines = Lines::default();
        assert!(lines.push(b"5,1\r").is_empty());
        assert!(lines.push(b"\n0.5,").is_empty());
        assert_eq!(lines.push(b"-1\n2\n3"), ["0.5,-1", "2"]);
        assert!(lines.push(&[b'x'; 2 * LONGEST_LINE]).is_empty());
        assert_eq!(lines.push(b"\n4\n"), ["4"]);
    }

    #[test]
    fn columns_are_separated_in_any_usual_way() {
        let expected = [Some(1.0), Some(-2.5), None];
        for line in ["1,-2.5,x", "1; -2.5 ;", "1\t-2.5\tnan", " 1  -2.5 x\r"] {
            assert_eq!(columns(line), expected, "{line}");
        }
    }
}
