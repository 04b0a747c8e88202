use super::*;
use crate::model::sig_uuid;
use proptest::collection::vec;
use proptest::prelude::*;

/// The characteristic of the layout table, and one that isn't there.
const DATA: u128 = 0x240d_0004_7d95_4a04_852e_8f2b_feea_b599;

fn source() -> impl Strategy<Value = Characteristic> {
    let known = Uuid::from_u128(DATA);
    prop_oneof![
        4 => Just(Characteristic { service: known, characteristic: known }),
        1 => Just(Characteristic { service: sig_uuid(0x1814), characteristic: sig_uuid(0x2A53) }),
        1 => any::<u128>().prop_map(|bits| Characteristic {
            service: Uuid::from_u128(bits),
            characteristic: Uuid::from_u128(!bits),
        }),
    ]
}

/// Lengths of real data packets, and all others.
fn value() -> impl Strategy<Value = Vec<u8>> {
    let packet = (0_usize..=18).prop_flat_map(|rows| vec(any::<u8>(), 28 + 12 * rows));
    prop_oneof![3 => packet, 2 => vec(any::<u8>(), 0..70)]
}

fn notifications_of_one_sensor() -> impl Strategy<Value = Vec<Numbered<Notification>>> {
    let one = (0_u64..9, any::<bool>(), any::<i64>(), source(), value());
    vec(one, 1..40).prop_map(|rows| {
        let mut next = 0;
        let numbered = rows.into_iter().map(|(gap, from_source, at, source, value)| {
            let ordinal = next + gap;
            next = ordinal + 1;
            let what = Notification { at: HostTime(at), sensor: "bar".into(), source, value };
            Numbered { ordinal, from_source, what }
        });
        numbered.collect()
    })
}

fn chunk_of(batch: u64, packets: &[Numbered<Notification>]) -> Vec<u8> {
    let borrowed: Vec<_> = packets
        .iter()
        .map(|packet| Numbered {
            ordinal: batch + packet.ordinal,
            from_source: packet.from_source,
            what: &packet.what,
        })
        .collect();
    ChunkWriter::new().unwrap().notifications(batch, &borrowed)
}

fn read(batch: u64, chunk: &[u8]) -> Result<Vec<Numbered<Input>>, ChunkError> {
    ChunkReader::new().unwrap().read(batch, Some(&"bar".into()), chunk)
}

proptest! {
    #[test]
    fn notifications_come_back_to_the_last_bit(
        batch in 0_u64..1 << 50,
        packets in notifications_of_one_sensor(),
    ) {
        let back = read(batch, &chunk_of(batch, &packets)).unwrap();
        prop_assert_eq!(back.len(), packets.len());
        for (back, packet) in back.into_iter().zip(packets) {
            prop_assert_eq!(back.ordinal, batch + packet.ordinal);
            prop_assert_eq!(back.from_source, packet.from_source);
            prop_assert_eq!(back.what, Input::Notification(packet.what));
        }
    }

    #[test]
    fn a_cut_chunk_is_an_error(packets in notifications_of_one_sensor(), cut in 0.0..1.0) {
        let chunk = chunk_of(0, &packets);
        let kept = (chunk.len() as f64 * cut) as usize;
        prop_assert!(read(0, &chunk[..kept]).is_err());
    }

    #[test]
    fn a_changed_chunk_is_read_or_refused(
        packets in notifications_of_one_sensor(),
        at in any::<prop::sample::Index>(),
        byte: u8,
    ) {
        // as it is, so that the columns are hit and not the checks of zstd
        let borrowed: Vec<_> = packets
            .iter()
            .map(|p| Numbered { ordinal: p.ordinal, from_source: p.from_source, what: &p.what })
            .collect();
        let mut chunk = vec![STORED];
        chunk.extend(body(0, &borrowed));
        let at = at.index(chunk.len());
        chunk[at] = byte;
        let _ = read(0, &chunk);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300), codec in 0_u8..3) {
        let chunk: Vec<u8> = [codec].into_iter().chain(bytes).collect();
        let _ = read(u64::MAX - 2, &chunk);
        let _ = ChunkReader::new().unwrap().read(0, None, &chunk);
    }
}

#[test]
fn a_chunk_that_claims_to_be_huge_is_refused_before_it_is_unpacked() {
    let mut chunk = vec![ZSTD];
    put_varint(&mut chunk, u64::MAX);
    assert_eq!(read(0, &chunk), Err(ChunkError("its length can't be")));
}

#[test]
fn neighbouring_samples_take_less_room_apart_from_each_other() {
    // a slow wave with the noise of a real sensor's last bits
    let mut noise = 1_u32;
    let packets: Vec<Numbered<Notification>> = (0..50)
        .map(|packet| {
            let mut value = vec![packet as u8; 26];
            for sample in 0..18 {
                for axis in 0..6 {
                    noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    let wave = (f64::from(packet * 18 + sample) * 0.02 + f64::from(axis)).sin() * 6000.0;
                    value.extend_from_slice(&(wave as i16 + (noise >> 28) as i16).to_le_bytes());
                }
            }
            value.extend_from_slice(&[0, 0]);
            let known = Uuid::from_u128(DATA);
            let source = Characteristic { service: known, characteristic: known };
            let what = Notification { at: HostTime(0), sensor: "bar".into(), source, value };
            Numbered { ordinal: packet as u64, from_source: true, what }
        })
        .collect();
    let raw: usize = packets.iter().map(|packet| packet.what.value.len()).sum();
    let apart = chunk_of(0, &packets).len();
    let mut plain = packets;
    for packet in &mut plain {
        packet.what.source.characteristic = Uuid::from_u128(1);
    }
    let together = chunk_of(0, &plain).len();
    assert!(apart * 2 < raw, "{apart} of {raw} bytes");
    assert!(apart * 4 < together * 3, "{apart} against {together} bytes");
}
