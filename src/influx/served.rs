//! What a server says that it has, value by value: VictoriaMetrics as lines of JSON, InfluxDB as annotated CSV.

use super::line;
use super::points::MEASUREMENTS;
use serde_json::Value as Json;

/// One field of one point.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Served<'a> {
    /// Measurement and tags, as they begin a line.
    pub(super) series: &'a str,
    /// The field.
    pub(super) field: &'a str,
    /// When.
    pub(super) t_ms: i64,
    /// What it says, see [`said`].
    pub(super) said: String,
    /// Whether the server has something else there too.
    pub(super) again: bool,
}

/// A value as it is compared. A server that has no texts has 0 in their place.
pub(super) fn said(value: &line::Value, has_texts: bool) -> Option<String> {
    match value {
        line::Value::Float(number) => of_number(*number),
        line::Value::Integer(number) => Some(number.to_string()),
        line::Value::Flag(flag) => Some(u8::from(*flag).to_string()),
        line::Value::Text(_) if !has_texts => Some("0".to_owned()),
        line::Value::Text(text) => Some(format!(
            "\"{}",
            text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>()
        )),
    }
}

/// A number as it is compared: whole ones exactly, the others to the digits that leave.
fn of_number(number: f64) -> Option<String> {
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        return Some(format!("{}", number as i64));
    }
    let number = line::significant(number)?;
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        return Some(format!("{}", number as i64));
    }
    Some(format!("{number:e}"))
}

/// The selector of all that a gym has written.
pub(super) fn selector(gym: &str) -> String {
    let names = MEASUREMENTS.join("|");
    format!("{{__name__=~\"({names})_.+\",gym=\"{}\"}}", quoted(gym))
}

/// The same in Flux.
pub(super) fn flux(bucket: &str, gym: &str) -> String {
    let names = MEASUREMENTS.map(|name| format!("r._measurement == \"{name}\"")).join(" or ");
    format!(
        "from(bucket: \"{}\") |> range(start: 1970-01-01T00:00:00Z, stop: 2262-01-01T00:00:00Z) \
         |> filter(fn: (r) => r.gym == \"{}\" and ({names})) |> drop(columns: [\"_start\", \"_stop\"]) \
         |> map(fn: (r) => ({{r with _time: int(v: r._time)}}))",
        quoted(bucket),
        quoted(gym)
    )
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', " ")
}

/// Reads the lines of an export of VictoriaMetrics.
#[derive(Debug, Default)]
pub(super) struct Export {
    /// The series and the last sample of the line before: a long series has several, and re-sent samples stand twice.
    last: Option<(String, i64, f64)>,
}

impl Export {
    /// Reads a line; says what it can't read.
    pub(super) fn line(&mut self, text: &str, mut see: impl FnMut(Served<'_>)) -> Result<(), String> {
        let unreadable = || format!("the server's export has a line that is none: {text:.100}");
        let told: Json = serde_json::from_str(text).map_err(|_| unreadable())?;
        let metric = told["metric"].as_object().ok_or_else(unreadable)?;
        let name = metric.get("__name__").and_then(Json::as_str).unwrap_or_default();
        let Some((measurement, field)) = MEASUREMENTS
            .iter()
            .find_map(|known| Some((*known, name.strip_prefix(known)?.strip_prefix('_')?)))
        else {
            return Ok(());
        };
        // what a proxy or an old client adds is not ours
        let tags = metric.iter().filter(|(key, _)| !["__name__", "db"].contains(&key.as_str()));
        let tags = tags.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)));
        let series = line::series(measurement, tags);
        let full = format!("{series} {field}");
        let list = |key: &str| told[key].as_array().ok_or_else(unreadable);
        let mut last =
            self.last.take().filter(|(same, ..)| *same == full).map(|(_, t_ms, value)| (t_ms, value));
        for (t_ms, value) in list("timestamps")?.iter().zip(list("values")?) {
            let (Some(t_ms), Some(value)) = (t_ms.as_i64(), value.as_f64()) else { return Err(unreadable()) };
            let before = last.replace((t_ms, value)).filter(|(before, _)| *before == t_ms);
            if before.is_some_and(|(_, before)| before.to_bits() == value.to_bits()) {
                continue;
            }
            let said = of_number(value).unwrap_or_default();
            see(Served { series: &series, field, t_ms, said, again: before.is_some() });
        }
        self.last = last.map(|(t_ms, value)| (full, t_ms, value));
        Ok(())
    }
}

/// Reads the lines of an answer in Flux's annotated CSV.
#[derive(Debug, Default)]
pub(super) struct Csv {
    types: Vec<String>,
    names: Vec<String>,
}

impl Csv {
    /// Reads a line; says what it can't read. A text with line breaks is never written, so a line is a row.
    pub(super) fn line(&mut self, text: &str, mut see: impl FnMut(Served<'_>)) -> Result<(), String> {
        let cells = cells(text);
        if text.trim().is_empty() {
            self.names.clear();
        } else if cells[0] == "#datatype" {
            (self.types, self.names) = (cells, Vec::new());
        } else if self.names.is_empty() {
            self.names = cells;
        } else {
            let row = || self.names.iter().zip(&self.types).zip(&cells);
            let named = row().find(|((name, _), _)| *name == "_measurement");
            let (_, measurement) = named.ok_or_else(|| format!("the server answers: {text:.300}"))?;
            let (mut field, mut t_ms, mut said) = ("", None, None);
            let mut tags = Vec::new();
            for ((name, kind), cell) in row() {
                match name.as_str() {
                    "" | "result" | "table" | "_measurement" => {}
                    "_field" => field = cell,
                    "_time" => t_ms = cell.parse::<i64>().ok().map(|ns| ns.div_euclid(1_000_000)),
                    "_value" => said = of_cell(kind, cell),
                    name => tags.push((name, cell.as_str())),
                }
            }
            let series = line::series(measurement, tags.into_iter());
            let (Some(t_ms), Some(said)) = (t_ms, said) else {
                return Err(format!("the server's answer has a row that is none: {text:.100}"));
            };
            see(Served { series: &series, field, t_ms, said, again: false });
        }
        Ok(())
    }
}

fn of_cell(kind: &str, cell: &str) -> Option<String> {
    match kind {
        "double" => of_number(cell.parse().ok()?),
        "long" | "unsignedLong" => Some(cell.to_owned()),
        "boolean" => Some(u8::from(cell == "true").to_string()),
        _ => Some(format!("\"{cell}")),
    }
}

/// The cells of a line of CSV (RFC 4180).
fn cells(text: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut in_quotes = false;
    let mut characters = text.trim_end_matches('\r').chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if in_quotes && characters.peek() == Some(&'"') => {
                characters.next();
                if let Some(cell) = cells.last_mut() {
                    cell.push('"');
                }
            }
            '"' => in_quotes = !in_quotes,
            ',' if !in_quotes => cells.push(String::new()),
            other => {
                if let Some(cell) = cells.last_mut() {
                    cell.push(other);
                }
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(
        lines: &[&str],
        mut read: impl FnMut(&str, &mut dyn FnMut(Served<'_>)) -> Result<(), String>,
    ) -> Vec<String> {
        let mut seen = Vec::new();
        for line in lines {
            let mut see = |it: Served<'_>| {
                seen.push(format!("{} {}={} {} {}", it.series, it.field, it.said, it.t_ms, it.again));
            };
            read(line, &mut see).unwrap();
        }
        seen
    }

    #[test]
    fn samples_sent_twice_are_one_and_samples_that_differ_are_seen() {
        let lines = [
            r#"{"metric":{"__name__":"rep_load_kg","gym":"my gym","db":"x"},"values":[100,100,100.5],"timestamps":[5,5,6]}"#,
            r#"{"metric":{"__name__":"rep_load_kg","gym":"my gym","db":"x"},"values":[100.5,99],"timestamps":[6,6]}"#,
            r#"{"metric":{"__name__":"node_load"},"values":[1],"timestamps":[6]}"#,
        ];
        let mut export = Export::default();
        let seen = seen(&lines, |line, see| export.line(line, see));
        let series = r"rep,gym=my\ gym";
        assert_eq!(
            seen,
            [
                format!("{series} load_kg=100 5 false"),
                format!("{series} load_kg=1.005e2 6 false"),
                format!("{series} load_kg=99 6 true")
            ]
        );
        assert!(Export::default().line("oops", |_| ()).is_err());
    }

    #[test]
    fn tables_of_annotated_csv_are_read_with_their_own_headers() {
        let lines = [
            "#datatype,string,long,long,double,string,string,string",
            ",result,table,_time,_value,_field,_measurement,gym",
            ",_result,0,5000000,0.3,load_kg,rep,\"a, \"\"b\"\"\"",
            "",
            "#datatype,string,long,long,string,string,string,string",
            ",result,table,_time,_value,_field,_measurement,gym",
            ",_result,1,5000000,\"so, it is\",reason,advice,g",
        ];
        let mut csv = Csv::default();
        let seen = seen(&lines, |line, see| csv.line(line, see));
        let expected =
            ["rep,gym=a\\,\\ \"b\" load_kg=3e-1 5 false", "advice,gym=g reason=\"so, it is 5 false"];
        assert_eq!(seen, expected);
        let refused = [",error,reference", ",no such bucket,1"];
        let mut csv = Csv::default();
        csv.line(refused[0], |_| ()).unwrap();
        assert!(csv.line(refused[1], |_| ()).unwrap_err().contains("no such bucket"));
    }

    #[test]
    fn numbers_are_compared_to_nine_digits_and_whole_ones_exactly() {
        assert_eq!(of_number(0.1 + 0.2), of_number(0.3));
        assert_eq!(of_number(9_007_199_254_740_991.0).unwrap(), "9007199254740991");
        assert_eq!(
            said(&line::Value::Integer(9_007_199_254_740_991), true),
            of_number(9_007_199_254_740_991.0)
        );
        assert_eq!(
            of_number(99.999_999_999_9),
            of_number(100.0),
            "a whole number that a server stores as a fraction"
        );
        assert_eq!(said(&line::Value::Float(-0.0), false).unwrap(), "0");
    }
}
