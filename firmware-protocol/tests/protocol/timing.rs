//! When a sample was taken does not depend on how the stream was cut into packets.

use firmware_protocol::{BLOCK_SAMPLES, DataHeader, DataPacket, MAX_VALUE_LEN, Sample};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::versioning::v1_0;

const STREAM_SAMPLES: u32 = 2 * BLOCK_SAMPLES + 500;

/// What a sensor might measure: a little different in each block.
fn interval_of_block(block: u32) -> u32 {
    5_000_000 + 137 * block
}

/// Sends a stream in packets of these sizes, where blocks allow; returns each sample's time as a host counts it, in ns.
fn host_times(sizes: &[usize]) -> Vec<u64> {
    let mut times = Vec::new();
    let mut next_ns = 0;
    let mut sizes = sizes.iter().cycle();
    let mut first_sample = 0;
    while first_sample < STREAM_SAMPLES {
        let count = DataHeader::room(first_sample).min(*sizes.next().unwrap());
        let interval_ns = interval_of_block(first_sample / BLOCK_SAMPLES);
        let header = DataHeader { first_sample, interval_ns, ..v1_0::data_header() };
        let mut value = [0; MAX_VALUE_LEN];
        let len = DataPacket { header, samples: &vec![Sample::default(); count] }.encode(&mut value).unwrap();

        let packet = DataPacket::parse(&value[..len]).unwrap();
        for _ in packet.samples {
            times.push(next_ns);
            next_ns += u64::from(packet.header.interval_ns);
        }
        first_sample += count as u32;
    }
    times.truncate(STREAM_SAMPLES as usize);
    times
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_time_of_a_sample_does_not_depend_on_packets(sizes in vec(1_usize..=18, 1..40)) {
        prop_assert_eq!(host_times(&sizes), host_times(&[1]));
    }
}
