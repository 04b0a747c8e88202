use crate::Version;

/// What the sensor tells everyone before a connection: the manufacturer data of its advertisement.
///
/// The company identifier in front of it is 0xFFFF, which anyone may use for trials. So it is read only beside our
/// [service UUID](crate::uuid::SERVICE). It has no checksum: six bytes are what room is left, and the radio has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Advert {
    /// The protocol that it speaks. Any version can be told, so that a host can say why it doesn't connect.
    pub version: Version,
    /// Charge in percent; `None` if not known.
    pub battery_percent: Option<u8>,
    /// Whether it moved in the last ten seconds.
    pub moving: bool,
    /// The low 24 bits of the serial number, to tell two sensors apart in a list.
    pub serial_low: u32,
}

/// Stands for an unknown charge.
const UNKNOWN_PERCENT: u8 = 0xFF;

impl Advert {
    /// The company identifier in front of the data.
    pub const COMPANY_ID: u16 = 0xFFFF;

    /// Reads manufacturer data without its company identifier. `None` if it is too short; more bytes are a newer
    /// version's.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let &[version, battery, state, serial @ ..] = bytes.first_chunk::<6>()?;
        let [low, middle, high] = serial;
        Some(Self {
            version: Version::from_byte(version),
            battery_percent: (battery != UNKNOWN_PERCENT).then_some(battery),
            moving: state & 1 != 0,
            serial_low: u32::from_le_bytes([low, middle, high, 0]),
        })
    }

    /// Manufacturer data without its company identifier.
    #[must_use]
    pub fn encode(&self) -> [u8; 6] {
        let [low, middle, high, _] = self.serial_low.to_le_bytes();
        let battery = self.battery_percent.unwrap_or(UNKNOWN_PERCENT);
        [self.version.to_byte(), battery, self.moving.into(), low, middle, high]
    }
}
