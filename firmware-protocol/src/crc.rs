/// CRC-16/IBM-3740, also called CCITT-FALSE: polynomial 0x1021, initial value 0xFFFF, nothing reflected, no final XOR.
///
/// In a message of our size it finds every error of up to three bits and every burst of up to 16. It starts from ones
/// so that a message of zeros is not valid, and each language and most microcontrollers already have it (Python's
/// `binascii.crc_hqx(data, 0xFFFF)`). Eight bits at a time without a table in flash: a
/// bit that leaves on the left comes back in three places, those of the polynomial, and within a byte the highest four
/// bits do so twice.
///
/// ```
/// assert_eq!(firmware_protocol::crc16(b"123456789"), 0x29B1);
/// ```
#[must_use]
pub const fn crc16(bytes: &[u8]) -> u16 {
    let mut crc = 0xFFFF_u16;
    // `for` is not allowed in a const fn
    let mut i = 0;
    while i < bytes.len() {
        let mut leaving = (crc >> 8) ^ bytes[i] as u16;
        leaving ^= leaving >> 4;
        crc = (crc << 8) ^ (leaving << 12) ^ (leaving << 5) ^ leaving;
        i += 1;
    }
    crc
}
