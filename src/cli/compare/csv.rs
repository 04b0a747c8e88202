//! Tables of other programs: separators, quotes and decimal signs as they come.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Largest file that is read; a training of years has a few megabytes.
const LARGEST: u64 = 64 << 20;

/// The text of a file; bytes that are no UTF-8 become replacement signs, which only header and notes can have.
pub(super) fn text_of(file: &Path) -> Result<String, String> {
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(|error| format!("cannot read the file: {error}"))?;
    opened
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("cannot read the file: {error}"))?;
    if bytes.len() as u64 > LARGEST {
        return Err(format!("the file is larger than {} MiB; cut it to one training", LARGEST >> 20));
    }
    if bytes.contains(&0) {
        return Err("this is no text but bytes; export the table as CSV (UTF-8)".to_owned());
    }
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

/// The records of a table, each with the number of its line; empty lines are left out.
pub(super) fn records(text: &str) -> (char, Vec<(usize, Vec<String>)>) {
    let separator = separator(text);
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let (mut is_quoted, mut line, mut begun) = (false, 1, 1);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if is_quoted && signs.peek() == Some(&'"') => field.extend(signs.next()),
            '"' if is_quoted || field.trim().is_empty() => is_quoted = !is_quoted,
            '\r' if !is_quoted => {}
            sign if sign == separator && !is_quoted => record.push(std::mem::take(&mut field)),
            '\n' if !is_quoted => {
                record.push(std::mem::take(&mut field));
                records.push((begun, std::mem::take(&mut record)));
                begun = line + 1;
            }
            sign => field.push(sign),
        }
        line += usize::from(sign == '\n');
    }
    record.push(field);
    records.push((begun, record));
    records.retain(|(_, record)| record.iter().any(|field| !field.trim().is_empty()));
    (separator, records)
}

/// What stands between values: of comma, semicolon and tab the one that the first line has most often.
fn separator(text: &str) -> char {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let often = |sign: &char| header.matches(*sign).count();
    [',', ';', '\t'].into_iter().rev().max_by_key(often).unwrap_or(',')
}

/// A number with a point, or with a comma where that doesn't separate values.
pub(super) fn number(field: &str, separator: char) -> Option<f64> {
    let field = field.trim();
    let parsed = if separator == ',' { field.parse() } else { field.replace(',', ".").parse() };
    parsed.ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Vec<Vec<String>> {
        records(text).1.into_iter().map(|(_, record)| record).collect()
    }

    #[test]
    fn separators_quotes_and_line_ends_are_those_of_the_file() {
        assert_eq!(fields("a,b\r\n1,\"x, \"\"y\"\"\"\n\n2,3"), [["a", "b"], ["1", "x, \"y\""], ["2", "3"]]);
        assert_eq!(fields("a;b\n0,5;1\n"), [["a", "b"], ["0,5", "1"]]);
        assert_eq!(fields("a\tb\n0.5\t1\n"), [["a", "b"], ["0.5", "1"]]);
        let numbered = records("a,b\n\"x\ny\",1\n2,3\n").1;
        assert_eq!(numbered.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 4]);
        assert!(fields("").is_empty());
    }

    #[test]
    fn decimal_commas_are_numbers_where_they_separate_nothing() {
        assert_eq!(number(" 0,53 ", ';'), Some(0.53));
        assert_eq!(number("0.53", ','), Some(0.53));
        assert_eq!((number("0,53", ','), number("nan", ','), number("", ';')), (None, None, None));
    }
}
