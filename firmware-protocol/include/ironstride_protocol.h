/* The open wire format of the Ironstride bar sensor, version 1.0, for firmware and hosts in C99.
 *
 * SPEC.md has the meaning, unit and reason of every field; the names are the same. Bytes are put together by shifts,
 * not by casting structs: that is right on any processor, whatever its byte order, alignment and padding.
 *
 * `*_write` return the length of the message, `*_read` return 0; both return a negative `ironstride_error` else.
 * A write needs a buffer of IRONSTRIDE_MAX_VALUE_LEN bytes; a read that fails leaves no old value in its struct.
 */
#ifndef IRONSTRIDE_PROTOCOL_H
#define IRONSTRIDE_PROTOCOL_H

#include "ironstride_frame.h"

#include <string.h>

#define IRONSTRIDE_SERVICE_UUID "240d0001-7d95-4a04-852e-8f2bfeeab599"
#define IRONSTRIDE_INFO_UUID "240d0002-7d95-4a04-852e-8f2bfeeab599"
#define IRONSTRIDE_CONTROL_UUID "240d0003-7d95-4a04-852e-8f2bfeeab599"
#define IRONSTRIDE_DATA_UUID "240d0004-7d95-4a04-852e-8f2bfeeab599"
#define IRONSTRIDE_EVENTS_UUID "240d0005-7d95-4a04-852e-8f2bfeeab599"

#define IRONSTRIDE_BLOCK_SAMPLES 4096u
#define IRONSTRIDE_UNKNOWN_MS 0xFFFFu /* an eccentric phase that was not there or not seen */

enum ironstride_flag {
    IRONSTRIDE_ACCEL_CLIPPED = 1,
    IRONSTRIDE_GYRO_CLIPPED = 2,
    IRONSTRIDE_RESENT = 4,
    IRONSTRIDE_MOVING = 8
};

enum ironstride_status {
    IRONSTRIDE_DONE,
    IRONSTRIDE_REFUSED,
    IRONSTRIDE_BUSY,
    IRONSTRIDE_UNSUPPORTED,
    IRONSTRIDE_NOT_SUBSCRIBED,
    IRONSTRIDE_NOT_STREAMING,
    IRONSTRIDE_UNKNOWN_STREAM,
    IRONSTRIDE_NOT_BUFFERED,
    IRONSTRIDE_BATTERY_LOW,
    IRONSTRIDE_HARDWARE_FAULT
};

struct ironstride_sample {
    int16_t accel[3], gyro[3];
};

struct ironstride_data {
    uint8_t count, accel_range, gyro_range, flags;
    uint16_t stream_id;
    uint32_t first_sample, interval_ns;
    uint64_t device_time_us;
    struct ironstride_sample samples[IRONSTRIDE_MAX_SAMPLES];
};

/* Of a request and of an answer only the fields of its kind count. */
struct ironstride_request {
    uint8_t kind, request_id;
    uint8_t rate, accel_range, gyro_range, samples_per_packet; /* start */
    uint16_t idle_timeout_s, wake_threshold_mg;                /* configure */
    uint8_t events;
    uint16_t stream_id, count; /* resend */
    uint32_t first_sample;
    uint64_t host_time_us; /* time sync */
    uint8_t duration_s;    /* identify */
};

struct ironstride_ack {
    uint8_t kind, request_id, status;
    uint16_t stream_id;                           /* start, stop, resend */
    uint32_t sample_count;                        /* stop */
    uint32_t oldest_sample, end_sample;           /* resend */
    uint64_t host_time_us, received_us, sent_us; /* time sync */
};

struct ironstride_info {
    uint8_t hardware_revision, firmware_major, firmware_minor, firmware_patch;
    uint8_t rates, accel_ranges, gyro_ranges;
    uint16_t capabilities;
    uint32_t buffer_samples;
    uint64_t serial;
};

struct ironstride_rep {
    uint16_t stream_id, rep_number;
    uint32_t start_sample, end_sample;
    uint16_t mean_velocity_mm_s, peak_velocity_mm_s, range_of_motion_mm, eccentric_duration_ms;
};

struct ironstride_button {
    uint8_t press;
    uint64_t device_time_us;
};

static inline int ironstride_data_is_valid(const struct ironstride_data *data)
{
    uint32_t left_in_block = IRONSTRIDE_BLOCK_SAMPLES - data->first_sample % IRONSTRIDE_BLOCK_SAMPLES;
    return data->count > 0 && data->count <= IRONSTRIDE_MAX_SAMPLES && data->count <= left_in_block
        && data->interval_ns > 0 && data->accel_range < 4 && data->gyro_range < 4;
}

static inline int ironstride_data_read(const uint8_t *bytes, size_t len, struct ironstride_data *data)
{
    const uint8_t *at = bytes;
    int error = ironstride_open(bytes, len);
    memset(data, 0, sizeof *data);
    if (error) return error;
    if (bytes[1] != IRONSTRIDE_DATA) return IRONSTRIDE_UNEXPECTED_KIND;
    if (!ironstride_is_newer(bytes) && (bytes[7] > 15 || bytes[24] || bytes[25])) return IRONSTRIDE_BAD_FIELD;
    data->count = bytes[3];
    data->stream_id = ironstride_get16(bytes + 4);
    data->accel_range = bytes[6] & 15;
    data->gyro_range = bytes[6] >> 4;
    data->flags = bytes[7] & 15;
    data->first_sample = ironstride_get32(bytes + 8);
    data->interval_ns = ironstride_get32(bytes + 12);
    data->device_time_us = ironstride_get64(bytes + 16);
    if (!ironstride_data_is_valid(data)) return IRONSTRIDE_BAD_FIELD;
    at += bytes[2];
    for (size_t i = 0; i < data->count; i++) {
        for (size_t axis = 0; axis < 3; axis++, at += 2) data->samples[i].accel[axis] = (int16_t)ironstride_get16(at);
        for (size_t axis = 0; axis < 3; axis++, at += 2) data->samples[i].gyro[axis] = (int16_t)ironstride_get16(at);
    }
    return 0;
}

static inline int ironstride_data_write(const struct ironstride_data *data, uint8_t *out)
{
    uint8_t *at = out + 26;
    if (!ironstride_data_is_valid(data) || data->flags > 15) return IRONSTRIDE_BAD_FIELD;
    ironstride_begin(out, IRONSTRIDE_DATA);
    out[3] = data->count;
    ironstride_put(out + 4, data->stream_id, 2);
    out[6] = (uint8_t)(data->gyro_range << 4 | data->accel_range);
    out[7] = data->flags;
    ironstride_put(out + 8, data->first_sample, 4);
    ironstride_put(out + 12, data->interval_ns, 4);
    ironstride_put(out + 16, data->device_time_us, 8);
    for (size_t i = 0; i < data->count; i++) {
        for (size_t axis = 0; axis < 3; axis++, at += 2) ironstride_put(at, (uint16_t)data->samples[i].accel[axis], 2);
        for (size_t axis = 0; axis < 3; axis++, at += 2) ironstride_put(at, (uint16_t)data->samples[i].gyro[axis], 2);
    }
    return ironstride_seal(out, (size_t)(at - out));
}

static inline int ironstride_request_is_valid(const struct ironstride_request *request)
{
    switch (request->kind) {
    case IRONSTRIDE_START:
        return request->rate < 5 && request->accel_range < 4 && request->gyro_range < 4
            && request->samples_per_packet <= IRONSTRIDE_MAX_SAMPLES;
    case IRONSTRIDE_CONFIGURE: return request->events < 4;
    case IRONSTRIDE_RESEND: return request->count > 0;
    default: return 1;
    }
}

static inline int ironstride_request_read(const uint8_t *bytes, size_t len, struct ironstride_request *request)
{
    int error = ironstride_open(bytes, len);
    int reserved_ok = 1;
    memset(request, 0, sizeof *request);
    if (error) return error;
    request->kind = bytes[1];
    request->request_id = bytes[3];
    switch (bytes[1]) {
    case IRONSTRIDE_START:
        request->rate = bytes[4];
        request->accel_range = bytes[5] & 15;
        request->gyro_range = bytes[5] >> 4;
        request->samples_per_packet = bytes[6];
        reserved_ok = !bytes[7];
        break;
    case IRONSTRIDE_STOP: break;
    case IRONSTRIDE_CONFIGURE:
        request->idle_timeout_s = ironstride_get16(bytes + 4);
        request->wake_threshold_mg = ironstride_get16(bytes + 6);
        request->events = bytes[8] & 3;
        reserved_ok = bytes[8] < 4 && !bytes[9];
        break;
    case IRONSTRIDE_RESEND:
        request->stream_id = ironstride_get16(bytes + 4);
        request->count = ironstride_get16(bytes + 6);
        request->first_sample = ironstride_get32(bytes + 8);
        break;
    case IRONSTRIDE_TIME_SYNC: request->host_time_us = ironstride_get64(bytes + 4); break;
    case IRONSTRIDE_IDENTIFY: request->duration_s = bytes[4]; break;
    default: return IRONSTRIDE_UNEXPECTED_KIND;
    }
    if (!reserved_ok && !ironstride_is_newer(bytes)) return IRONSTRIDE_BAD_FIELD;
    return ironstride_request_is_valid(request) ? 0 : IRONSTRIDE_BAD_FIELD;
}

static inline int ironstride_request_write(const struct ironstride_request *request, uint8_t *out)
{
    if (!ironstride_request_is_valid(request)) return IRONSTRIDE_BAD_FIELD;
    ironstride_begin(out, request->kind);
    out[3] = request->request_id;
    switch (request->kind) {
    case IRONSTRIDE_START:
        out[4] = request->rate;
        out[5] = (uint8_t)(request->gyro_range << 4 | request->accel_range);
        out[6] = request->samples_per_packet;
        break;
    case IRONSTRIDE_STOP: break;
    case IRONSTRIDE_CONFIGURE:
        ironstride_put(out + 4, request->idle_timeout_s, 2);
        ironstride_put(out + 6, request->wake_threshold_mg, 2);
        out[8] = request->events;
        break;
    case IRONSTRIDE_RESEND:
        ironstride_put(out + 4, request->stream_id, 2);
        ironstride_put(out + 6, request->count, 2);
        ironstride_put(out + 8, request->first_sample, 4);
        break;
    case IRONSTRIDE_TIME_SYNC: ironstride_put(out + 4, request->host_time_us, 8); break;
    case IRONSTRIDE_IDENTIFY: out[4] = request->duration_s; break;
    default: return IRONSTRIDE_UNEXPECTED_KIND;
    }
    return ironstride_seal(out, ironstride_header_len(request->kind));
}

static inline int ironstride_ack_read(const uint8_t *bytes, size_t len, struct ironstride_ack *ack)
{
    int error = ironstride_open(bytes, len);
    memset(ack, 0, sizeof *ack);
    if (error) return error;
    if (bytes[1] < IRONSTRIDE_ACK) return IRONSTRIDE_UNEXPECTED_KIND;
    ack->kind = bytes[1];
    ack->request_id = bytes[3];
    ack->status = bytes[4];
    if (ironstride_is_newer(bytes)) {
        if (ack->status > IRONSTRIDE_HARDWARE_FAULT) ack->status = IRONSTRIDE_REFUSED;
    } else if (ack->status > IRONSTRIDE_HARDWARE_FAULT || bytes[5]) {
        return IRONSTRIDE_BAD_FIELD;
    }
    switch (ack->kind - IRONSTRIDE_ACK) {
    case IRONSTRIDE_START: ack->stream_id = ironstride_get16(bytes + 6); break;
    case IRONSTRIDE_STOP:
        ack->stream_id = ironstride_get16(bytes + 6);
        ack->sample_count = ironstride_get32(bytes + 8);
        break;
    case IRONSTRIDE_RESEND:
        ack->stream_id = ironstride_get16(bytes + 6);
        ack->oldest_sample = ironstride_get32(bytes + 8);
        ack->end_sample = ironstride_get32(bytes + 12);
        break;
    case IRONSTRIDE_TIME_SYNC:
        ack->host_time_us = ironstride_get64(bytes + 6);
        ack->received_us = ironstride_get64(bytes + 14);
        ack->sent_us = ironstride_get64(bytes + 22);
        break;
    default: break; /* configure and identify tell nothing more */
    }
    return 0;
}

static inline int ironstride_ack_write(const struct ironstride_ack *ack, uint8_t *out)
{
    if (ack->kind < IRONSTRIDE_ACK || !ironstride_header_len(ack->kind)) return IRONSTRIDE_UNEXPECTED_KIND;
    if (ack->status > IRONSTRIDE_HARDWARE_FAULT) return IRONSTRIDE_BAD_FIELD;
    ironstride_begin(out, ack->kind);
    out[3] = ack->request_id;
    out[4] = ack->status;
    switch (ack->kind - IRONSTRIDE_ACK) {
    case IRONSTRIDE_START: ironstride_put(out + 6, ack->stream_id, 2); break;
    case IRONSTRIDE_STOP:
        ironstride_put(out + 6, ack->stream_id, 2);
        ironstride_put(out + 8, ack->sample_count, 4);
        break;
    case IRONSTRIDE_RESEND:
        ironstride_put(out + 6, ack->stream_id, 2);
        ironstride_put(out + 8, ack->oldest_sample, 4);
        ironstride_put(out + 12, ack->end_sample, 4);
        break;
    case IRONSTRIDE_TIME_SYNC:
        ironstride_put(out + 6, ack->host_time_us, 8);
        ironstride_put(out + 14, ack->received_us, 8);
        ironstride_put(out + 22, ack->sent_us, 8);
        break;
    default: break;
    }
    return ironstride_seal(out, ironstride_header_len(ack->kind));
}

static inline int ironstride_info_read(const uint8_t *bytes, size_t len, struct ironstride_info *info)
{
    int error = ironstride_open(bytes, len);
    memset(info, 0, sizeof *info);
    if (error) return error;
    if (bytes[1] != IRONSTRIDE_INFO) return IRONSTRIDE_UNEXPECTED_KIND;
    info->hardware_revision = bytes[3];
    info->firmware_major = bytes[4];
    info->firmware_minor = bytes[5];
    info->firmware_patch = bytes[6];
    info->rates = bytes[7] & 31;
    info->serial = ironstride_get64(bytes + 8);
    info->buffer_samples = ironstride_get32(bytes + 16);
    info->capabilities = ironstride_get16(bytes + 20) & 127;
    info->accel_ranges = bytes[22] & 15;
    info->gyro_ranges = bytes[23] & 15;
    if (ironstride_is_newer(bytes)) return 0;
    return bytes[7] == info->rates && ironstride_get16(bytes + 20) == info->capabilities
            && bytes[22] == info->accel_ranges && bytes[23] == info->gyro_ranges && !ironstride_get32(bytes + 24)
        ? 0 : IRONSTRIDE_BAD_FIELD;
}

static inline int ironstride_info_write(const struct ironstride_info *info, uint8_t *out)
{
    ironstride_begin(out, IRONSTRIDE_INFO);
    out[3] = info->hardware_revision;
    out[4] = info->firmware_major;
    out[5] = info->firmware_minor;
    out[6] = info->firmware_patch;
    out[7] = info->rates;
    ironstride_put(out + 8, info->serial, 8);
    ironstride_put(out + 16, info->buffer_samples, 4);
    ironstride_put(out + 20, info->capabilities, 2);
    out[22] = info->accel_ranges;
    out[23] = info->gyro_ranges;
    return ironstride_seal(out, 28);
}

static inline int ironstride_rep_read(const uint8_t *bytes, size_t len, struct ironstride_rep *rep)
{
    int error = ironstride_open(bytes, len);
    memset(rep, 0, sizeof *rep);
    if (error) return error;
    if (bytes[1] != IRONSTRIDE_REP) return IRONSTRIDE_UNEXPECTED_KIND;
    rep->stream_id = ironstride_get16(bytes + 4);
    rep->rep_number = ironstride_get16(bytes + 6);
    rep->start_sample = ironstride_get32(bytes + 8);
    rep->end_sample = ironstride_get32(bytes + 12);
    rep->mean_velocity_mm_s = ironstride_get16(bytes + 16);
    rep->peak_velocity_mm_s = ironstride_get16(bytes + 18);
    rep->range_of_motion_mm = ironstride_get16(bytes + 20);
    rep->eccentric_duration_ms = ironstride_get16(bytes + 22);
    if (bytes[3] && !ironstride_is_newer(bytes)) return IRONSTRIDE_BAD_FIELD;
    return rep->end_sample > rep->start_sample ? 0 : IRONSTRIDE_BAD_FIELD;
}

static inline int ironstride_rep_write(const struct ironstride_rep *rep, uint8_t *out)
{
    if (rep->end_sample <= rep->start_sample) return IRONSTRIDE_BAD_FIELD;
    ironstride_begin(out, IRONSTRIDE_REP);
    ironstride_put(out + 4, rep->stream_id, 2);
    ironstride_put(out + 6, rep->rep_number, 2);
    ironstride_put(out + 8, rep->start_sample, 4);
    ironstride_put(out + 12, rep->end_sample, 4);
    ironstride_put(out + 16, rep->mean_velocity_mm_s, 2);
    ironstride_put(out + 18, rep->peak_velocity_mm_s, 2);
    ironstride_put(out + 20, rep->range_of_motion_mm, 2);
    ironstride_put(out + 22, rep->eccentric_duration_ms, 2);
    return ironstride_seal(out, 24);
}

static inline int ironstride_button_read(const uint8_t *bytes, size_t len, struct ironstride_button *button)
{
    int error = ironstride_open(bytes, len);
    memset(button, 0, sizeof *button);
    if (error) return error;
    if (bytes[1] != IRONSTRIDE_BUTTON) return IRONSTRIDE_UNEXPECTED_KIND;
    button->press = bytes[3];
    button->device_time_us = ironstride_get64(bytes + 4);
    return button->press < 3 ? 0 : IRONSTRIDE_BAD_FIELD;
}

static inline int ironstride_button_write(const struct ironstride_button *button, uint8_t *out)
{
    if (button->press > 2) return IRONSTRIDE_BAD_FIELD;
    ironstride_begin(out, IRONSTRIDE_BUTTON);
    out[3] = button->press;
    ironstride_put(out + 4, button->device_time_us, 8);
    return ironstride_seal(out, 12);
}

#endif
