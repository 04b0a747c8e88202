//! The bytes of each version, for ever, and what readers make of versions that don't exist yet.

pub(crate) mod v1_0;

use std::fs;
use std::path::{Path, PathBuf};

use firmware_protocol::{ParseError, Request, VERSION, uuid};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::damage::sealed;
use crate::message::{Message, any_message, parse_everywhere};

fn crate_file(path: impl AsRef<Path>) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The bytes of a golden file: hexadecimal, with comments from `#` to the end of a line.
pub(crate) fn golden(version: &str, name: &str) -> Vec<u8> {
    let path = crate_file("tests/golden").join(version).join(name).with_extension("hex");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .flat_map(|line| line.split('#').next().unwrap_or_default().split_whitespace())
        .map(|byte| u8::from_str_radix(byte, 16).unwrap_or_else(|_| panic!("{}: {byte}", path.display())))
        .collect()
}

/// Two digits a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The messages' bytes have not changed, and no golden file has been forgotten.
fn assert_golden(version: &str, messages: &[(&str, Message)]) {
    for (name, message) in messages {
        assert_eq!(
            message.encode(),
            golden(version, name),
            "{name} is written in other bytes than version {version}"
        );
        assert_eq!(
            parse_everywhere(&golden(version, name)),
            std::slice::from_ref(message),
            "{name} is read otherwise"
        );
    }
    let files = fs::read_dir(crate_file("tests/golden").join(version)).unwrap().count();
    assert_eq!(files, messages.len(), "golden files without a test, or two tests with one");
}

/// The same message as a newer minor version would send it.
fn appended(bytes: &[u8], version: u8, fields: &[u8]) -> Vec<u8> {
    let header_len = usize::from(bytes[2]);
    let mut newer = [&bytes[..header_len], fields, &bytes[header_len..bytes.len() - 2]].concat();
    newer[0] = version;
    newer[2] += fields.len() as u8;
    sealed(newer)
}

proptest! {
    #[test]
    fn a_newer_minor_versions_fields_are_stepped_over(
        message in any_message(),
        version in 0x11_u8..=0x1F,
        fields in vec(any::<u8>(), 0..50),
    ) {
        prop_assert_eq!(parse_everywhere(&appended(&message.encode(), version, &fields)), [message]);
    }

    #[test]
    fn this_version_has_nothing_appended(message in any_message(), fields in vec(any::<u8>(), 1..50)) {
        prop_assert_eq!(parse_everywhere(&appended(&message.encode(), VERSION.to_byte(), &fields)), []);
    }
}

#[test]
fn an_unknown_major_is_told_by_its_number_whatever_follows() {
    for major in (0..16).filter(|&major| major != VERSION.major) {
        for bytes in [&[major << 4][..], &[major << 4 | 7, 1, 2, 3, 4, 5, 6, 7, 8]] {
            let error = Request::parse(bytes).unwrap_err();
            assert_eq!(error, ParseError::UnsupportedMajor { major });
            assert!(error.to_string().contains(&format!("version {major}")));
        }
    }
}

#[test]
fn documents_and_header_name_the_same_uuids() {
    let text = |uuid: u128| {
        let hex = format!("{uuid:032x}");
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    };
    let header = fs::read_to_string(crate_file("include/ironstride_protocol.h")).unwrap();
    let specification = fs::read_to_string(crate_file("SPEC.md")).unwrap();
    for uuid in [uuid::SERVICE, uuid::INFO, uuid::CONTROL, uuid::DATA, uuid::EVENTS] {
        assert!(header.contains(&text(uuid)), "the C header lacks {}", text(uuid));
        assert!(specification.contains(&text(uuid)), "SPEC.md lacks {}", text(uuid));
    }
}

#[test]
fn the_specification_shows_golden_bytes() {
    let specification = fs::read_to_string(crate_file("SPEC.md")).unwrap();
    // of an example's lines only the bytes, which stand before the first double space
    let shown: String = specification
        .lines()
        .filter_map(|line| line.split("  ").next())
        .flat_map(str::split_whitespace)
        .collect();
    for name in ["data", "start", "start_ack"] {
        let bytes = hex(&golden("v1.0", name));
        assert!(shown.contains(&bytes), "SPEC.md does not show the bytes of {name}");
    }
}
