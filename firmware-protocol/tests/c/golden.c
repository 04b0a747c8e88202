/* Reads one message as hexadecimal digits from the command line, prints its fields, builds it again from them and prints
 * those bytes; then damages each bit and cuts each length of it and prints how many of these were refused.
 */
#include "ironstride_protocol.h"

#include <stdio.h>
#include <string.h>

#define FIELD(message, name) printf(#name "=%llu\n", (unsigned long long)(message).name)

static uint8_t rebuilt[IRONSTRIDE_MAX_VALUE_LEN];

static int data(const uint8_t *bytes, size_t len, int quiet)
{
    struct ironstride_data m;
    int error = ironstride_data_read(bytes, len, &m);
    if (error || quiet) return error;
    FIELD(m, stream_id); FIELD(m, first_sample); FIELD(m, device_time_us); FIELD(m, interval_ns);
    FIELD(m, accel_range); FIELD(m, gyro_range); FIELD(m, flags);
    for (size_t i = 0; i < m.count; i++) {
        const struct ironstride_sample *s = &m.samples[i];
        printf("sample=%d %d %d %d %d %d\n", s->accel[0], s->accel[1], s->accel[2], s->gyro[0], s->gyro[1], s->gyro[2]);
    }
    return ironstride_data_write(&m, rebuilt);
}

static int request(const uint8_t *bytes, size_t len, int quiet)
{
    struct ironstride_request m;
    int error = ironstride_request_read(bytes, len, &m);
    if (error || quiet) return error;
    FIELD(m, request_id);
    switch (m.kind) {
    case IRONSTRIDE_START:
        FIELD(m, rate); FIELD(m, accel_range); FIELD(m, gyro_range); FIELD(m, samples_per_packet);
        break;
    case IRONSTRIDE_CONFIGURE: FIELD(m, idle_timeout_s); FIELD(m, wake_threshold_mg); FIELD(m, events); break;
    case IRONSTRIDE_RESEND: FIELD(m, stream_id); FIELD(m, first_sample); FIELD(m, count); break;
    case IRONSTRIDE_TIME_SYNC: FIELD(m, host_time_us); break;
    case IRONSTRIDE_IDENTIFY: FIELD(m, duration_s); break;
    default: break;
    }
    return ironstride_request_write(&m, rebuilt);
}

static int ack(const uint8_t *bytes, size_t len, int quiet)
{
    struct ironstride_ack m;
    int error = ironstride_ack_read(bytes, len, &m);
    if (error || quiet) return error;
    FIELD(m, request_id); FIELD(m, status);
    switch (m.kind - IRONSTRIDE_ACK) {
    case IRONSTRIDE_START: FIELD(m, stream_id); break;
    case IRONSTRIDE_STOP: FIELD(m, stream_id); FIELD(m, sample_count); break;
    case IRONSTRIDE_RESEND: FIELD(m, stream_id); FIELD(m, oldest_sample); FIELD(m, end_sample); break;
    case IRONSTRIDE_TIME_SYNC: FIELD(m, host_time_us); FIELD(m, received_us); FIELD(m, sent_us); break;
    default: break;
    }
    return ironstride_ack_write(&m, rebuilt);
}

static int info(const uint8_t *bytes, size_t len, int quiet)
{
    struct ironstride_info m;
    int error = ironstride_info_read(bytes, len, &m);
    if (error || quiet) return error;
    FIELD(m, firmware_major); FIELD(m, firmware_minor); FIELD(m, firmware_patch); FIELD(m, hardware_revision);
    FIELD(m, serial); FIELD(m, capabilities); FIELD(m, buffer_samples);
    FIELD(m, rates); FIELD(m, accel_ranges); FIELD(m, gyro_ranges);
    return ironstride_info_write(&m, rebuilt);
}

static int rep(const uint8_t *bytes, size_t len, int quiet)
{
    struct ironstride_rep m;
    int error = ironstride_rep_read(bytes, len, &m);
    if (error || quiet) return error;
    FIELD(m, stream_id); FIELD(m, rep_number); FIELD(m, start_sample); FIELD(m, end_sample);
    FIELD(m, mean_velocity_mm_s); FIELD(m, peak_velocity_mm_s); FIELD(m, range_of_motion_mm);
    FIELD(m, eccentric_duration_ms);
    return ironstride_rep_write(&m, rebuilt);
}

static int button(const uint8_t *bytes, size_t len, int quiet)
{
    struct ironstride_button m;
    int error = ironstride_button_read(bytes, len, &m);
    if (error || quiet) return error;
    FIELD(m, press); FIELD(m, device_time_us);
    return ironstride_button_write(&m, rebuilt);
}

typedef int reader(const uint8_t *bytes, size_t len, int quiet);

static reader *reader_of(uint8_t kind)
{
    switch (kind) {
    case IRONSTRIDE_DATA: return data;
    case IRONSTRIDE_INFO: return info;
    case IRONSTRIDE_REP: return rep;
    case IRONSTRIDE_BUTTON: return button;
    default: return kind & IRONSTRIDE_ACK ? ack : request;
    }
}

int main(int argc, char **argv)
{
    uint8_t bytes[IRONSTRIDE_MAX_VALUE_LEN];
    size_t len = 0, refused = 0;
    reader *read;
    int result;
    if (argc != 2 || strlen(argv[1]) / 2 > sizeof bytes) return 2;
    for (unsigned byte; sscanf(argv[1] + 2 * len, "%2x", &byte) == 1; len++) bytes[len] = (uint8_t)byte;
    if (len < 2) return 2;

    read = reader_of(bytes[1]);
    result = read(bytes, len, 0);
    printf("bytes=");
    for (int i = 0; i < result; i++) printf("%02x", rebuilt[i]);
    printf("\n");

    for (size_t bit = 0; bit < 8 * len; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        refused += read(bytes, len, 1) < 0;
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t cut = 0; cut < len; cut++) refused += read(bytes, cut, 1) < 0;
    printf("refused=%zu\n", refused);
    return result < 0;
}
