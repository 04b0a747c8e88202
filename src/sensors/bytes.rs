//! Reads a value's fields in order, little-endian, and says what is missing where it ends too soon.

use super::family::DecodeError;

/// A value and how far it has been read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a> {
    what: &'static str,
    value: &'a [u8],
    at: usize,
}

impl<'a> Fields<'a> {
    /// The fields of `value`; `what` names it in errors.
    pub(super) fn of(what: &'static str, value: &'a [u8]) -> Self {
        Self { what, value, at: 0 }
    }

    /// The next `N` bytes.
    pub(super) fn take<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let Some(bytes) = self.value.get(self.at..).and_then(<[u8]>::first_chunk::<N>) else {
            let (what, needed, got) = (self.what, self.at + N, self.value.len());
            return Err(DecodeError::TooShort { what, needed, got });
        };
        self.at += N;
        Ok(*bytes)
    }

    /// What has not been read.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.value.get(self.at..).unwrap_or_default()
    }

    pub(super) fn u8(&mut self) -> Result<u8, DecodeError> {
        self.take().map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, DecodeError> {
        self.take().map(u16::from_le_bytes)
    }

    pub(super) fn i16(&mut self) -> Result<i16, DecodeError> {
        self.take().map(i16::from_le_bytes)
    }

    pub(super) fn u24(&mut self) -> Result<u32, DecodeError> {
        self.take().map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
    }

    pub(super) fn u32(&mut self) -> Result<u32, DecodeError> {
        self.take().map(u32::from_le_bytes)
    }

    pub(super) fn f32(&mut self) -> Result<f64, DecodeError> {
        self.take().map(|bytes| f64::from(f32::from_le_bytes(bytes)))
    }

    /// Three axes.
    pub(super) fn vector(
        &mut self,
        axis: impl Fn(&mut Self) -> Result<f64, DecodeError>,
    ) -> Result<[f64; 3], DecodeError> {
        Ok([axis(self)?, axis(self)?, axis(self)?])
    }
}
