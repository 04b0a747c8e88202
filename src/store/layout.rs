//! Where the samples lie in a sensor's packets, as far as it helps to compress them.
//!
//! Nothing here says what bytes mean: a wrong layout costs room, never a bit. A chunk carries the layouts it was
//! written with, so this table may change at any time.

use super::bytes::Cursor;
use uuid::Uuid;

/// A packet is `offset` bytes of header, then rows of `stride` bytes, then a trailer. Rows are columns of
/// little-endian 16-bit numbers, of which neighbours resemble each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    offset: u8,
    stride: u8,
    trailer: u8,
}

/// No layout known: no rows, so a packet is all trailer.
const PLAIN: Layout = Layout { offset: 0, stride: 0, trailer: 0 };

/// The data packets of `firmware-protocol`: 26 bytes, then 6 numbers a sample, then a checksum.
const IRONSTRIDE: Layout = Layout { offset: 26, stride: 12, trailer: 2 };

/// Characteristics whose packets have a known layout.
const KNOWN: &[(Uuid, Layout)] = &[(Uuid::from_u128(0x240d_0004_7d95_4a04_852e_8f2b_feea_b599), IRONSTRIDE)];

/// The layout of a characteristic's packets.
pub(super) fn layout_of(characteristic: Uuid) -> Layout {
    KNOWN.iter().find(|(known, _)| *known == characteristic).map_or(PLAIN, |(_, layout)| *layout)
}

impl Layout {
    /// As bytes.
    pub(super) fn to_bytes(self) -> [u8; 3] {
        [self.offset, self.stride, self.trailer]
    }

    /// Back from bytes; `None` for a layout that can't be.
    pub(super) fn from_bytes([offset, stride, trailer]: [u8; 3]) -> Option<Self> {
        (stride % 2 == 0).then_some(Self { offset, stride, trailer })
    }

    /// Rows in a packet of this length; `None` for one that is too short for header and trailer, or has no rows at all.
    fn rows(self, length: usize) -> Option<usize> {
        let body = length.checked_sub(usize::from(self.offset) + usize::from(self.trailer))?;
        body.checked_div(self.stride.into())
    }

    /// Packets taken apart: headers byte by byte, rows column by column, each as the difference to its predecessor;
    /// then what is left of each packet.
    pub(super) fn split(self, packets: &[&[u8]], out: &mut Vec<u8>) {
        let (mut heads, mut rows, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for packet in packets {
            let Some(count) = self.rows(packet.len()) else {
                rest.extend_from_slice(packet);
                continue;
            };
            let (head, body) = packet.split_at(self.offset.into());
            let (body, tail) = body.split_at(count * usize::from(self.stride));
            heads.extend_from_slice(head);
            rows.extend_from_slice(body);
            rest.extend_from_slice(tail);
        }
        for byte in 0..usize::from(self.offset) {
            let mut before = 0_u8;
            for head in heads.chunks_exact(self.offset.into()) {
                out.push(head[byte].wrapping_sub(before));
                before = head[byte];
            }
        }
        for column in (0..usize::from(self.stride)).step_by(2) {
            let differences = differences(&rows, self.stride.into(), column);
            out.extend(differences.iter().map(|difference| *difference as u8));
            out.extend(differences.iter().map(|difference| (difference >> 8) as u8));
        }
        out.extend_from_slice(&rest);
    }

    /// Packets of these lengths put together again; `None` when the bytes are not enough for them.
    pub(super) fn join(self, lengths: &[usize], from: &mut Cursor<'_>) -> Option<Vec<Vec<u8>>> {
        let regular: Vec<usize> = lengths.iter().filter_map(|length| self.rows(*length)).collect();
        let (offset, stride) = (usize::from(self.offset), usize::from(self.stride));
        let row_count = regular.iter().try_fold(0_usize, |sum, rows| sum.checked_add(*rows))?;
        let mut heads = self.heads(regular.len(), from.take(regular.len().checked_mul(offset)?)?);
        let mut rows = self.rows_back(row_count, from.take(row_count.checked_mul(stride)?)?);
        let mut joined = Vec::with_capacity(lengths.len());
        for length in lengths {
            let mut packet = Vec::new();
            if let Some(count) = self.rows(*length) {
                packet.reserve_exact(*length);
                packet.extend(heads.by_ref().take(offset));
                packet.extend(rows.by_ref().take(count * stride));
            }
            packet.extend_from_slice(from.take(length.checked_sub(packet.len())?)?);
            joined.push(packet);
        }
        Some(joined)
    }

    fn heads(self, count: usize, planes: &[u8]) -> std::vec::IntoIter<u8> {
        let offset = usize::from(self.offset);
        let mut heads = vec![0; count * offset];
        for byte in 0..offset {
            let mut before = 0_u8;
            for index in 0..count {
                before = before.wrapping_add(planes[byte * count + index]);
                heads[index * offset + byte] = before;
            }
        }
        heads.into_iter()
    }

    fn rows_back(self, count: usize, planes: &[u8]) -> std::vec::IntoIter<u8> {
        let stride = usize::from(self.stride);
        let mut rows = vec![0; count * stride];
        for column in (0..stride).step_by(2) {
            let (low, high) = (&planes[column * count..], &planes[(column + 1) * count..]);
            let mut before = 0_u16;
            for index in 0..count {
                let folded = u16::from_le_bytes([low[index], high[index]]);
                before = before.wrapping_add((folded >> 1) ^ (folded & 1).wrapping_neg());
                rows[index * stride + column..][..2].copy_from_slice(&before.to_le_bytes());
            }
        }
        rows.into_iter()
    }
}

/// One column's differences from row to row, small ones of either sign as small numbers.
fn differences(rows: &[u8], stride: usize, column: usize) -> Vec<u16> {
    let mut before = 0_u16;
    let folded = rows.chunks_exact(stride).map(|row| {
        let value = u16::from_le_bytes([row[column], row[column + 1]]);
        let difference = value.wrapping_sub(before) as i16;
        before = value;
        ((difference << 1) ^ (difference >> 15)) as u16
    });
    folded.collect()
}
