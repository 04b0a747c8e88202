//! Mistakes in configuration files, shown where they are: file, line, column, the line itself and a caret.

use std::fmt;
use std::ops::Range;

/// One mistake in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The file as the user named it.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What is wrong and what to do.
    pub message: String,
    excerpt: String,
    width: usize,
}

impl Mistake {
    /// A mistake at the bytes `span` of `text`.
    #[must_use]
    pub fn new(file: &str, text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let start = floor_char_boundary(text, span.start);
        let end = floor_char_boundary(text, span.end.max(span.start));
        let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        Self {
            file: file.to_owned(),
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            message: message.into(),
            // a tab would put the caret in the wrong place
            excerpt: text[line_start..line_end].trim_end().replace('\t', " "),
            width: text[start..end.min(line_end)].trim_end().chars().count().max(1),
        }
    }
}

/// The greatest character boundary at or before `index`, within `text`.
fn floor_char_boundary(text: &str, index: usize) -> usize {
    (0..=index.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, message, excerpt, width } = self;
        let number = line.to_string();
        let margin = " ".repeat(number.len());
        let indent = " ".repeat(column - 1);
        let carets = "^".repeat(*width);
        writeln!(f, "{file}:{line}:{column}: {message}")?;
        writeln!(f, "{margin} |")?;
        writeln!(f, "{number} | {excerpt}")?;
        write!(f, "{margin} | {indent}{carets}")
    }
}

/// All the mistakes of one file, in the order of its lines; never empty.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, mistake) in self.0.iter().enumerate() {
            if i > 0 {
                writeln!(f, "\n")?;
            }
            mistake.fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caret_stands_under_the_mistake() {
        let text = "a = 1\nkind = \"veloctiy\"\n";
        let mistake = Mistake::new("my.toml", text, 13..23, "unknown kind");
        assert_eq!(
            mistake.to_string(),
            "my.toml:2:8: unknown kind\n  |\n2 | kind = \"veloctiy\"\n  |        ^^^^^^^^^^"
        );
    }

    #[test]
    fn columns_are_characters_not_bytes() {
        let text = "name = \"Größe\"; x";
        let at = text.find('x').unwrap();
        assert_eq!(Mistake::new("f", text, at..at + 1, "m").column, 17);
    }

    #[test]
    fn a_span_over_lines_marks_the_first_and_one_outside_the_text_its_end() {
        let text = "a = [\n  1,\n]";
        assert!(Mistake::new("f", text, 4..12, "m").to_string().ends_with("1 | a = [\n  |     ^"));
        assert_eq!(Mistake::new("f", text, 90..99, "m").line, 3);
        assert_eq!(Mistake::new("f", "", 0..0, "m").to_string(), "f:1:1: m\n  |\n1 | \n  | ^");
    }

    #[test]
    fn a_span_within_a_character_does_not_panic() {
        for start in 0..4 {
            for end in 0..5 {
                let _ = Mistake::new("f", "aé\n", start..end, "m").to_string();
            }
        }
    }
}
