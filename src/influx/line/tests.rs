use super::parser::{self, Read};
use super::*;
use proptest::prelude::*;

fn point(measurement: &'static str, tags: &[(&'static str, &str)], fields: &[(&str, Value)]) -> String {
    let tags = tags.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
    let fields = fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    let point = Point { measurement, tags, fields, t_ms: 1_556_813_561_098 };
    format!("{} {} {}", point.series(), point.content(), point.t_ms)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// The examples of the specification, for what this encoder can say.
#[test]
fn golden_lines_of_the_specification() {
    use Value::{Flag, Float, Integer};
    let t = "1556813561098";
    for (said, line) in [
        (
            point(
                "myMeasurement",
                &[("tag1", "value1"), ("tag2", "value2")],
                &[("fieldKey", text("fieldValue"))],
            ),
            r#"myMeasurement,tag1=value1,tag2=value2 fieldKey="fieldValue""#,
        ),
        (
            point("my Measurement", &[], &[("fieldKey", text("string value"))]),
            r#"my\ Measurement fieldKey="string value""#,
        ),
        (
            point("myMeasurement", &[], &[("fieldKey", text("\"string\" within a string"))]),
            r#"myMeasurement fieldKey="\"string\" within a string""#,
        ),
        (
            point(
                "myMeasurement",
                &[("tag Key1", "tag Value1"), ("tag Key2", "tag Value2")],
                &[("fieldKey", Float(100.0))],
            ),
            r"myMeasurement,tag\ Key1=tag\ Value1,tag\ Key2=tag\ Value2 fieldKey=100",
        ),
        (
            point("myMeasurement", &[("tagKey", "🍭")], &[("fieldKey", text("Launch 🚀"))]),
            r#"myMeasurement,tagKey=🍭 fieldKey="Launch 🚀""#,
        ),
        (point("m,n", &[("a=b", "c,d=e")], &[("x=y,z", Integer(1))]), r"m\,n,a\=b=c\,d\=e x\=y\,z=1i"),
        (point("m", &[], &[("f", Integer(12_485_903))]), "m f=12485903i"),
        (point("m", &[], &[("f", Float(-1.234_456e+78))]), "m f=-1.234456e78"),
        (point("m", &[], &[("f", Flag(true)), ("g", Flag(false))]), "m f=true,g=false"),
        (point("m", &[], &[("f", text(r"C:\path"))]), r#"m f="C:\\path""#),
    ] {
        assert_eq!(said, format!("{line} {t}"));
        parser::line(&said).unwrap();
    }
}

#[test]
fn what_is_unknown_or_empty_is_left_out() {
    let fields = [("a", Value::Float(f64::NAN)), ("b", Value::Float(f64::INFINITY)), ("", Value::Integer(1))];
    let said = point("m", &[("empty", ""), ("", "x"), ("z", "1"), ("a", "2")], &fields);
    assert_eq!(
        said, "m,a=2,z=1  1556813561098",
        "no field is left, which the sender sees by the empty content"
    );
}

#[test]
fn nothing_ends_a_line_or_a_tag_early() {
    let said = point("m", &[("a", "x\ny\\"), ("b", "tail\\")], &[("f", text("two\r\nlines\\"))]);
    assert_eq!(said.lines().count(), 1, "{said}");
    let line = parser::line(&said).unwrap();
    assert_eq!((line.tags["a"].as_str(), line.tags["b"].as_str()), ("x y/", "tail/"));
    assert_eq!(line.fields["f"], Read::Text("two  lines\\".to_owned()));
}

/// What becomes of a name or tag on the way.
fn told(text: &str) -> String {
    text.replace('\\', "/").chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<f64>().prop_map(Value::Float),
        any::<i64>().prop_map(Value::Integer),
        any::<bool>().prop_map(Value::Flag),
        "(?s).{0,20}".prop_map(Value::Text),
        r#"[\\" ,=\n]{0,8}"#.prop_map(Value::Text),
    ]
}

proptest! {
    #[test]
    fn whatever_is_said_is_read_back(
        tags in proptest::collection::btree_map("[a-c ,=\\\\\n]{1,4}", "(?s)[ ,=\\\\\na-z🚀]{0,6}", 0..4),
        fields in proptest::collection::btree_map("[a-c ,=]{1,4}", value(), 1..6),
        t_ms in any::<i64>(),
    ) {
        prop_assume!(tags.keys().map(|key| told(key)).collect::<std::collections::BTreeSet<_>>().len() == tags.len());
        let pairs = tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let content = content(fields.iter().map(|(key, value)| (key.as_str(), value)));
        prop_assume!(!content.is_empty());
        let line = parser::line(&format!("{} {content} {t_ms}", series("me asure,d", pairs))).unwrap();
        prop_assert_eq!(line.measurement, "me asure,d");
        prop_assert_eq!(line.t_ms, Some(t_ms));
        let kept: Vec<_> = tags.iter().filter(|(_, value)| !value.is_empty()).collect();
        prop_assert_eq!(line.tags.len(), kept.len());
        for (key, value) in kept {
            prop_assert_eq!(&line.tags[&told(key)], &told(value));
        }
        for (key, value) in &fields {
            let read = line.fields.get(key);
            match value {
                Value::Float(number) if !number.is_finite() => prop_assert_eq!(read, None),
                Value::Float(number) => {
                    let Some(Read::Float(read)) = read else { panic!("{key}: {read:?}") };
                    prop_assert!((read - number).abs() <= 1e-8 * number.abs(), "{} {}", read, number);
                }
                Value::Integer(number) => prop_assert_eq!(read, Some(&Read::Integer(*number))),
                Value::Flag(flag) => prop_assert_eq!(read, Some(&Read::Flag(*flag))),
                Value::Text(text) => {
                    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
                    prop_assert_eq!(read, Some(&Read::Text(plain)));
                }
            }
        }
    }

    #[test]
    fn nine_digits_stay_nine_digits(number in proptest::num::f64::NORMAL) {
        let once = significant(number).unwrap();
        if once.is_finite() {
            prop_assert_eq!(significant(once), Some(once));
            // a server that keeps twelve digits gives back the same nine
            prop_assert_eq!(significant(once * (1.0 + 1e-13)), Some(once));
        }
    }
}
