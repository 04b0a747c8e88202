//! Inputs as compressed bytes, and back, exactly.
//!
//! A chunk is a codec byte, then for [`ZSTD`] the length of what it unpacks to. Inside, notifications of one sensor
//! stand column by column:
//!
//! 1. number of notifications; number of characteristics, each as two UUIDs and a [layout](super::layout);
//! 2. for each notification: inputs of others before it × 2, + 1 when the source delivered it;
//! 3. arrival, as the difference to its predecessor's; 4. which characteristic; 5. length of the value;
//! 6. for each characteristic the values, taken apart by its layout.
//!
//! Links, commands and context are few: they are JSON.

use super::bytes::{Cursor, put_varint, unzigzag, zigzag};
use super::entry::SourcedInput;
use super::layout::{Layout, layout_of};
use crate::model::{Characteristic, HostTime, Input, Notification, SensorId};
use thiserror::Error;
use uuid::Uuid;
use zstd::bulk::{Compressor, Decompressor};

/// As it is.
const STORED: u8 = 0;
/// One zstd frame.
const ZSTD: u8 = 1;
/// More takes twice the time for a hundredth of the room.
const LEVEL: i32 = 3;
/// More than any chunk holds: what claims to unpack to more is damaged.
const LARGEST_BODY: usize = 64 << 20;

/// A chunk that can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a chunk of raw inputs can't be read: {0}")]
pub(super) struct ChunkError(&'static str);

/// An input with its number in the run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Numbered<T> {
    pub(super) ordinal: u64,
    pub(super) from_source: bool,
    pub(super) what: T,
}

/// Makes chunks; keeps the compressor's memory between them.
pub(super) struct ChunkWriter {
    compressor: Compressor<'static>,
}

impl ChunkWriter {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self { compressor: Compressor::new(LEVEL)? })
    }

    /// A chunk of one sensor's notifications, in order of their numbers, all from `batch` on.
    pub(super) fn notifications(&mut self, batch: u64, packets: &[Numbered<&Notification>]) -> Vec<u8> {
        self.pack(&body(batch, packets))
    }

    /// A chunk of all other inputs.
    pub(super) fn others(&mut self, inputs: &[Numbered<&Input>]) -> serde_json::Result<Vec<u8>> {
        let rows: Vec<_> =
            inputs.iter().map(|input| (input.ordinal, input.from_source, input.what)).collect();
        Ok(self.pack(&serde_json::to_vec(&rows)?))
    }

    fn pack(&mut self, body: &[u8]) -> Vec<u8> {
        if let Ok(packed) = self.compressor.compress(body)
            && packed.len() < body.len()
        {
            let mut chunk = vec![ZSTD];
            put_varint(&mut chunk, body.len() as u64);
            chunk.extend_from_slice(&packed);
            return chunk;
        }
        let mut chunk = Vec::with_capacity(body.len() + 1);
        chunk.push(STORED);
        chunk.extend_from_slice(body);
        chunk
    }
}

/// Reads chunks.
pub(super) struct ChunkReader {
    decompressor: Decompressor<'static>,
}

impl ChunkReader {
    pub(super) fn new() -> std::io::Result<Self> {
        Ok(Self { decompressor: Decompressor::new()? })
    }

    /// The inputs of a chunk; of a sensor's, or all other kinds when there is none.
    pub(super) fn read(
        &mut self,
        batch: u64,
        sensor: Option<&SensorId>,
        chunk: &[u8],
    ) -> Result<Vec<Numbered<Input>>, ChunkError> {
        let body = self.unpack(chunk)?;
        match sensor {
            Some(sensor) => notifications(batch, sensor, &body).ok_or(ChunkError("its columns do not fit")),
            None => others(&body),
        }
    }

    fn unpack(&mut self, chunk: &[u8]) -> Result<Vec<u8>, ChunkError> {
        let mut cursor = Cursor(chunk);
        match cursor.array() {
            Some([STORED]) => Ok(cursor.0.to_vec()),
            Some([ZSTD]) => {
                let length = cursor.varint().and_then(|length| usize::try_from(length).ok());
                let length = length.filter(|length| *length <= LARGEST_BODY);
                let length = length.ok_or(ChunkError("its length can't be"))?;
                let body = self.decompressor.decompress(cursor.0, length).ok();
                body.filter(|body| body.len() == length).ok_or(ChunkError("it does not unpack"))
            }
            _ => Err(ChunkError("its codec is unknown")),
        }
    }
}

fn body(batch: u64, packets: &[Numbered<&Notification>]) -> Vec<u8> {
    let mut kinds: Vec<Characteristic> = Vec::new();
    let mut kind_of = Vec::with_capacity(packets.len());
    for packet in packets {
        let at = kinds.iter().position(|kind| *kind == packet.what.source);
        kind_of.push(at.unwrap_or_else(|| {
            kinds.push(packet.what.source);
            kinds.len() - 1
        }));
    }
    let mut out = Vec::new();
    put_varint(&mut out, packets.len() as u64);
    put_varint(&mut out, kinds.len() as u64);
    for kind in &kinds {
        out.extend_from_slice(kind.service.as_bytes());
        out.extend_from_slice(kind.characteristic.as_bytes());
        out.extend_from_slice(&layout_of(kind.characteristic).to_bytes());
    }
    let mut next = batch;
    for packet in packets {
        put_varint(&mut out, packet.ordinal.wrapping_sub(next) << 1 | u64::from(packet.from_source));
        next = packet.ordinal + 1;
    }
    let mut before = 0;
    for packet in packets {
        put_varint(&mut out, zigzag(packet.what.at.0.wrapping_sub(before)));
        before = packet.what.at.0;
    }
    for kind in &kind_of {
        put_varint(&mut out, *kind as u64);
    }
    for packet in packets {
        put_varint(&mut out, packet.what.value.len() as u64);
    }
    for (index, kind) in kinds.iter().enumerate() {
        let of_kind = packets.iter().zip(&kind_of).filter(|(_, kind)| **kind == index);
        let values: Vec<&[u8]> = of_kind.map(|(packet, _)| packet.what.value.as_slice()).collect();
        layout_of(kind.characteristic).split(&values, &mut out);
    }
    out
}

/// What [`body`] was made of; `None` for bytes that it never makes.
fn notifications(batch: u64, sensor: &SensorId, body: &[u8]) -> Option<Vec<Numbered<Input>>> {
    let mut cursor = Cursor(body);
    let (count, kind_count) = (cursor.count()?, cursor.count()?);
    let mut kinds = Vec::new();
    for _ in 0..kind_count {
        let (service, characteristic) = (cursor.array()?, cursor.array()?);
        let layout = Layout::from_bytes(cursor.array()?)?;
        let source = Characteristic {
            service: Uuid::from_bytes(service),
            characteristic: Uuid::from_bytes(characteristic),
        };
        kinds.push((source, layout));
    }
    let mut column = || (0..count).map(|_| cursor.varint()).collect::<Option<Vec<u64>>>();
    let (places, times, kind_of, lengths) = (column()?, column()?, column()?, column()?);
    let mut values = values(&kinds, &kind_of, &lengths, &mut cursor)?;
    let (mut next, mut at) = (batch, 0_i64);
    let mut inputs = Vec::new();
    for index in 0..count {
        let kind = usize::try_from(kind_of[index]).ok()?;
        at = at.wrapping_add(unzigzag(times[index]));
        let ordinal = next.checked_add(places[index] >> 1)?;
        next = ordinal.checked_add(1)?;
        let notification = Notification {
            at: HostTime(at),
            sensor: sensor.clone(),
            source: kinds[kind].0,
            value: values.get_mut(kind)?.next()?,
        };
        let (from_source, what) = (places[index] & 1 == 1, Input::Notification(notification));
        inputs.push(Numbered { ordinal, from_source, what });
    }
    cursor.is_empty().then_some(inputs)
}

/// The values of each kind, in order.
fn values(
    kinds: &[(Characteristic, Layout)],
    kind_of: &[u64],
    lengths: &[u64],
    cursor: &mut Cursor<'_>,
) -> Option<Vec<std::vec::IntoIter<Vec<u8>>>> {
    let mut sorted: Vec<Vec<usize>> = vec![Vec::new(); kinds.len()];
    for (kind, length) in kind_of.iter().zip(lengths) {
        sorted.get_mut(usize::try_from(*kind).ok()?)?.push(usize::try_from(*length).ok()?);
    }
    let joined = kinds.iter().zip(&sorted).map(|((_, layout), lengths)| layout.join(lengths, cursor));
    joined.map(|values| values.map(Vec::into_iter)).collect()
}

fn others(body: &[u8]) -> Result<Vec<Numbered<Input>>, ChunkError> {
    let rows: Vec<(u64, bool, Input)> =
        serde_json::from_slice(body).map_err(|_| ChunkError("its JSON is broken"))?;
    Ok(rows.into_iter().map(|(ordinal, from_source, what)| Numbered { ordinal, from_source, what }).collect())
}

impl From<Numbered<Input>> for SourcedInput {
    fn from(numbered: Numbered<Input>) -> Self {
        Self { input: numbered.what, from_source: numbered.from_source }
    }
}

#[cfg(test)]
mod tests;
