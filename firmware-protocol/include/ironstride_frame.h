/* What all messages of the Ironstride bar sensor share: the prefix `version, kind, header_len`, the checksum at the end,
 * and the rule by which a newer minor version appends to the header. Included by ironstride_protocol.h.
 */
#ifndef IRONSTRIDE_FRAME_H
#define IRONSTRIDE_FRAME_H

#include <stddef.h>
#include <stdint.h>

enum {
    IRONSTRIDE_VERSION = 0x10,
    IRONSTRIDE_MAX_VALUE_LEN = 244,
    IRONSTRIDE_SAMPLE_LEN = 12,
    IRONSTRIDE_MAX_SAMPLES = 18,
    IRONSTRIDE_CRC_LEN = 2
};

enum ironstride_kind {
    IRONSTRIDE_INFO = 0x01,
    IRONSTRIDE_DATA = 0x10,
    IRONSTRIDE_START = 0x20,
    IRONSTRIDE_STOP = 0x21,
    IRONSTRIDE_CONFIGURE = 0x22,
    IRONSTRIDE_RESEND = 0x23,
    IRONSTRIDE_TIME_SYNC = 0x24,
    IRONSTRIDE_IDENTIFY = 0x25,
    IRONSTRIDE_REP = 0x30,
    IRONSTRIDE_BUTTON = 0x31,
    IRONSTRIDE_ACK = 0x80 /* added to a request's kind */
};

enum ironstride_error {
    IRONSTRIDE_TRUNCATED = -1,
    IRONSTRIDE_UNSUPPORTED_MAJOR = -2, /* bytes[0] >> 4 is the number to show */
    IRONSTRIDE_BAD_CRC = -3,
    IRONSTRIDE_UNEXPECTED_KIND = -4,
    IRONSTRIDE_BAD_HEADER_LENGTH = -5,
    IRONSTRIDE_BAD_LENGTH = -6,
    IRONSTRIDE_BAD_FIELD = -7
};

static inline uint64_t ironstride_get(const uint8_t *from, size_t len)
{
    uint64_t value = 0;
    while (len > 0) value = value << 8 | from[--len];
    return value;
}

static inline uint16_t ironstride_get16(const uint8_t *from) { return (uint16_t)ironstride_get(from, 2); }
static inline uint32_t ironstride_get32(const uint8_t *from) { return (uint32_t)ironstride_get(from, 4); }
static inline uint64_t ironstride_get64(const uint8_t *from) { return ironstride_get(from, 8); }

static inline void ironstride_put(uint8_t *to, uint64_t value, size_t len)
{
    for (size_t i = 0; i < len; i++) to[i] = (uint8_t)(value >> (8 * i));
}

/* CRC-16/IBM-3740: polynomial 0x1021, initial value 0xFFFF, not reflected. "123456789" gives 0x29B1. */
static inline uint16_t ironstride_crc16(const uint8_t *bytes, size_t len)
{
    uint16_t crc = 0xFFFF;
    for (size_t i = 0; i < len; i++) {
        crc = (uint16_t)(crc ^ (bytes[i] << 8));
        for (int bit = 0; bit < 8; bit++) crc = (uint16_t)(crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1);
    }
    return crc;
}

/* Bytes before the samples or the checksum that version 1.0 fixes; 0 for an unknown kind. */
static inline size_t ironstride_header_len(uint8_t kind)
{
    switch (kind) {
    case IRONSTRIDE_INFO: return 28;
    case IRONSTRIDE_DATA: return 26;
    case IRONSTRIDE_START: return 8;
    case IRONSTRIDE_STOP: return 4;
    case IRONSTRIDE_CONFIGURE: return 10;
    case IRONSTRIDE_RESEND: return 12;
    case IRONSTRIDE_TIME_SYNC: return 12;
    case IRONSTRIDE_IDENTIFY: return 5;
    case IRONSTRIDE_REP: return 24;
    case IRONSTRIDE_BUTTON: return 12;
    case IRONSTRIDE_START | IRONSTRIDE_ACK: return 8;
    case IRONSTRIDE_STOP | IRONSTRIDE_ACK: return 12;
    case IRONSTRIDE_CONFIGURE | IRONSTRIDE_ACK: return 6;
    case IRONSTRIDE_RESEND | IRONSTRIDE_ACK: return 16;
    case IRONSTRIDE_TIME_SYNC | IRONSTRIDE_ACK: return 30;
    case IRONSTRIDE_IDENTIFY | IRONSTRIDE_ACK: return 6;
    default: return 0;
    }
}

/* A minor version newer than this header: it may have appended fields and given reserved bits a meaning. */
static inline int ironstride_is_newer(const uint8_t *bytes) { return bytes[0] > IRONSTRIDE_VERSION; }

/* Checks version, checksum, kind and lengths, in that order. */
static inline int ironstride_open(const uint8_t *bytes, size_t len)
{
    size_t known, header_len, payload_len;
    if (len == 0) return IRONSTRIDE_TRUNCATED;
    if (bytes[0] >> 4 != IRONSTRIDE_VERSION >> 4) return IRONSTRIDE_UNSUPPORTED_MAJOR;
    if (len < 3 + IRONSTRIDE_CRC_LEN) return IRONSTRIDE_TRUNCATED;
    len -= IRONSTRIDE_CRC_LEN;
    if (ironstride_crc16(bytes, len) != ironstride_get16(bytes + len)) return IRONSTRIDE_BAD_CRC;
    known = ironstride_header_len(bytes[1]);
    if (known == 0) return IRONSTRIDE_UNEXPECTED_KIND;
    header_len = bytes[2];
    if (header_len > len || header_len < known) return IRONSTRIDE_BAD_HEADER_LENGTH;
    if (header_len > known && !ironstride_is_newer(bytes)) return IRONSTRIDE_BAD_HEADER_LENGTH;
    payload_len = bytes[1] == IRONSTRIDE_DATA ? (size_t)bytes[3] * IRONSTRIDE_SAMPLE_LEN : 0;
    return header_len + payload_len == len ? 0 : IRONSTRIDE_BAD_LENGTH;
}

static inline void ironstride_begin(uint8_t *out, uint8_t kind)
{
    ironstride_put(out, 0, ironstride_header_len(kind));
    out[0] = IRONSTRIDE_VERSION;
    out[1] = kind;
    out[2] = (uint8_t)ironstride_header_len(kind);
}

static inline int ironstride_seal(uint8_t *out, size_t len)
{
    ironstride_put(out + len, ironstride_crc16(out, len), IRONSTRIDE_CRC_LEN);
    return (int)len + IRONSTRIDE_CRC_LEN;
}

#endif
