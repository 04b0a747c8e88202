/// CRC-16/IBM-3740, also called CCITT-FALSE: polynomial 0x1021, initial value 0xFFFF, nothing reflected, no final XOR.
///
/// In a message of our size it finds every error of up to three bits and every burst of up to 16. It starts from ones
/// so that a message of zeros is not valid, and each language and most microcontrollers already have it (Python's
/// `binascii.crc_hqx(data, 0xFFFF)`). Bit by bit, because a packet every 80 ms does not repay a table in flash.
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
        crc ^= (bytes[i] as u16) << 8;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
            bit += 1;
        }
        i += 1;
    }
    crc
}
