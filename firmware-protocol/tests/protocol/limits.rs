//! What can't be written is a typed error that says why.

use firmware_protocol::{
    BLOCK_SAMPLES, Command, DataHeader, EncodeError, Event, MAX_SAMPLES, MAX_VALUE_LEN, ParseError, Request,
    Sample, SampleRange,
};
use proptest::prelude::*;

use crate::damage::sealed;
use crate::message::{Message, any_message};
use crate::versioning::v1_0;

fn packet(first_sample: u32, count: usize) -> Message {
    Message::Data(DataHeader { first_sample, ..v1_0::data_header() }, vec![Sample::default(); count])
}

proptest! {
    #[test]
    fn a_buffer_that_is_too_small_is_an_error_that_says_how_large(message in any_message()) {
        let needed = message.encode().len();
        for len in 0..needed {
            let result = message.encode_into(&mut vec![0; len]);
            prop_assert_eq!(result, Err(EncodeError::BufferTooSmall { needed, len }));
        }
    }
}

#[test]
fn eighteen_samples_fill_a_value_to_the_last_byte() {
    assert_eq!(packet(0, MAX_SAMPLES).encode().len(), MAX_VALUE_LEN);
}

#[test]
fn a_packet_of_no_or_too_many_samples_is_not_written() {
    for count in [0, MAX_SAMPLES + 1, 300] {
        let result = packet(0, count).encode_into(&mut [0; 4000]);
        assert_eq!(result, Err(EncodeError::SampleCount { count }));
    }
}

#[test]
fn a_packet_does_not_straddle_a_block() {
    let straddles = Err(EncodeError::Field { name: "first_sample" });
    let mut out = [0; MAX_VALUE_LEN];
    assert_eq!(packet(BLOCK_SAMPLES - 1, 2).encode_into(&mut out), straddles);
    assert_eq!(packet(u32::MAX, 2).encode_into(&mut out), straddles);
    assert!(packet(BLOCK_SAMPLES - 2, 2).encode_into(&mut out).is_ok());
    assert!(packet(BLOCK_SAMPLES, MAX_SAMPLES).encode_into(&mut out).is_ok());
}

#[test]
fn an_interval_of_zero_is_refused_both_ways() {
    let header = DataHeader { interval_ns: 0, ..v1_0::data_header() };
    let result = Message::Data(header, vec![Sample::default()]).encode_into(&mut [0; 100]);
    assert_eq!(result, Err(EncodeError::Field { name: "interval_ns" }));

    let mut bytes = packet(0, 1).encode();
    bytes.truncate(bytes.len() - 2);
    bytes[12..16].fill(0);
    let parsed = firmware_protocol::DataPacket::parse(&sealed(bytes)).map(|_| ());
    assert_eq!(parsed, Err(ParseError::Field { name: "interval_ns" }));
}

#[test]
fn a_resend_of_nothing_is_refused() {
    let range = SampleRange { stream_id: 1, first_sample: 0, count: 0 };
    let request = Request { id: 1, command: Command::Resend(range) };
    assert_eq!(request.encode(&mut [0; 20]), Err(EncodeError::Field { name: "count" }));
}

#[test]
fn a_reserved_byte_that_is_set_is_refused() {
    let mut bytes = packet(0, 1).encode();
    bytes.truncate(bytes.len() - 2);
    bytes[25] = 1;
    let parsed = firmware_protocol::DataPacket::parse(&sealed(bytes)).map(|_| ());
    assert_eq!(parsed, Err(ParseError::Field { name: "reserved" }));
}

#[test]
fn an_event_is_not_taken_for_a_request() {
    let Some((_, event)) =
        v1_0::messages().into_iter().find(|(_, message)| matches!(message, Message::Event(_)))
    else {
        panic!("the golden messages lack an event");
    };
    let bytes = event.encode();
    assert!(Event::parse(&bytes).is_ok());
    assert_eq!(Request::parse(&bytes), Err(ParseError::UnexpectedKind { kind: bytes[1] }));
}
