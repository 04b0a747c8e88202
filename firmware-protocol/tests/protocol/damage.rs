//! What arrives whole is read back as it was; what doesn't is an error, and nothing is a panic.

use firmware_protocol::{Code, Kind, VERSION, crc16};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::message::{any_message, parse_everywhere};

/// The bytes with the checksum that makes them pass.
pub(crate) fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let crc = crc16(&bytes);
    bytes.extend(crc.to_le_bytes());
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_message_comes_back_as_it_was(message in any_message()) {
        prop_assert_eq!(parse_everywhere(&message.encode()), [message]);
    }

    #[test]
    fn a_message_cut_short_or_run_on_is_refused(message in any_message(), more in any::<u8>()) {
        let mut bytes = message.encode();
        for len in 0..bytes.len() {
            prop_assert_eq!(parse_everywhere(&bytes[..len]), [], "cut to {} bytes", len);
        }
        bytes.push(more);
        prop_assert_eq!(parse_everywhere(&bytes), []);
    }

    #[test]
    fn a_message_with_one_wrong_bit_is_refused(message in any_message()) {
        let mut bytes = message.encode();
        for bit in 0..8 * bytes.len() {
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(parse_everywhere(&bytes), [], "bit {}", bit);
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }

    #[test]
    fn any_bytes_are_read_without_panic(bytes in vec(any::<u8>(), 0..300)) {
        parse_everywhere(&bytes);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    /// Behind a good checksum nothing protects the reader but its own care.
    #[test]
    fn any_bytes_with_a_good_checksum_are_read_without_panic(
        version in 0x0F_u8..0x22,
        kind in prop_oneof![proptest::sample::select(Kind::ALL).prop_map(Kind::code), any::<u8>()],
        header_len in prop_oneof![0..40_u8, any::<u8>()],
        rest in vec(prop_oneof![0..20_u8, any::<u8>()], 0..250),
    ) {
        let bytes = sealed([vec![version, kind, header_len], rest].concat());
        let taken = parse_everywhere(&bytes);
        prop_assert!(taken.len() <= 1);
        for message in taken {
            // one message has one spelling, so a recording can be compared byte by byte
            prop_assert!(version > VERSION.to_byte() || message.encode() == bytes);
        }
    }
}

#[test]
fn three_wrong_bits_are_refused_in_the_longest_message() {
    let mut bytes = sealed((0..242).collect());
    let fits = |bytes: &[u8]| crc16(&bytes[..242]).to_le_bytes() == bytes[242..];
    assert!(fits(&bytes));
    let bits = 8 * bytes.len();
    // each bit with two others spread over the message; all triples would take hours
    for first in 0..bits {
        let (second, third) = ((first * 7 + 13) % bits, (first * 31 + 977) % bits);
        if first == second || second == third || first == third {
            continue;
        }
        for bit in [first, second, third] {
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        assert!(!fits(&bytes), "bits {first}, {second}, {third}");
        for bit in [first, second, third] {
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
}
