//! Streams are cut, timed, sent again and restarted as the specification says.

use super::*;
use crate::simulate::lift::Lift;
use crate::simulate::plan::SetPlan;
use crate::simulate::story::SetStory;

fn stream(samples_per_packet: usize, seed: u64) -> (BarSensor, Vec<Packet>) {
    let lift = Lift::of("back_squat").unwrap();
    let pose = SetStory::waiting_pose(lift);
    let story = SetStory::tell(&SetPlan::new(lift, 0.7, 8), 0.0, &pose, &mut Random::new(seed));
    let plan = SensorPlan { samples_per_packet, ..SensorPlan::default() };
    let mut sensor = BarSensor::new(plan, 0.0, Random::new(seed));
    let packets = (0..10_000).filter_map(|_| sensor.sample(&story.motion)).collect();
    (sensor, packets)
}

fn samples(packets: &[Packet]) -> Vec<Sample> {
    packets.iter().flat_map(|p| DataPacket::parse(&p.value).unwrap().samples.to_vec()).collect()
}

#[test]
fn another_packet_size_cuts_the_same_samples() {
    let (_, sixteen) = stream(16, 3);
    for size in [1, 5, 18] {
        let (_, cut) = stream(size, 3);
        let (a, b) = (samples(&sixteen), samples(&cut));
        let both = a.len().min(b.len());
        assert!(both > 9_900);
        assert_eq!(a[..both], b[..both]);
        let interval = |packets: &[Packet], number: u32| {
            let holds = |p: &&Packet| (p.first_sample..p.first_sample + p.count).contains(&number);
            let packet = packets.iter().find(holds).unwrap();
            DataPacket::parse(&packet.value).unwrap().header.interval_ns
        };
        for number in [0, 4095, 4096, 9000] {
            assert_eq!(interval(&sixteen, number), interval(&cut, number));
        }
    }
}

#[test]
fn summed_intervals_stay_with_the_clock_and_change_only_at_blocks() {
    for seed in 0..20 {
        let (sensor, packets) = stream(15, seed);
        let (mut sum_ns, mut number, mut first_us) = (0_i64, 0, None);
        for packet in &packets {
            let header = DataPacket::parse(&packet.value).unwrap().header;
            assert_eq!(header.first_sample, number);
            let clock_ns = header.device_time_us as i64 * 1000;
            let begin_ns = *first_us.get_or_insert(clock_ns);
            assert!((clock_ns - begin_ns - sum_ns).abs() < 1_500_000, "{}", clock_ns - begin_ns - sum_ns);
            let true_s = sensor.clock().true_s(clock_ns);
            assert!((true_s - sensor.clock().sample_s(number)).abs() < 2e-6);
            sum_ns += i64::from(header.interval_ns) * i64::from(packet.count);
            number += packet.count;
        }
        let nominal = f64::from(sensor.plan.rate.interval_ns());
        let mean = sum_ns as f64 / f64::from(number);
        assert!((mean / nominal - 1.0).abs() < 0.0206);
    }
}

#[test]
fn the_buffer_gives_samples_again_as_they_were() {
    let (mut sensor, packets) = stream(16, 5);
    let all = samples(&packets);
    let range = SampleRange { stream_id: sensor.clock().stream_id, first_sample: 8100, count: 150 };
    let again = sensor.resend(range);
    assert_eq!(samples(&again), all[8100..8250]);
    for packet in &again {
        assert!(DataPacket::parse(&packet.value).unwrap().header.flags.contains(Flag::Resent));
    }
    assert!(sensor.resend(SampleRange { first_sample: 100, ..range }).is_empty());
    assert!(sensor.resend(SampleRange { stream_id: range.stream_id ^ 1, ..range }).is_empty());
    let mut buffer = [0; MAX_VALUE_LEN];
    let len = Request { id: 9, command: Command::Resend(range) }.encode(&mut buffer).unwrap();
    let (ack, packets) = sensor.answer(&buffer[..len], 55.0);
    let ack = Ack::parse(&ack.unwrap()).unwrap();
    assert_eq!((ack.request_id, ack.status), (9, Status::Done));
    assert_eq!(packets, again);
    assert_eq!(sensor.answer(b"?", 55.0), (None, Vec::new()));
}

#[test]
fn a_reboot_begins_a_new_stream_from_nothing() {
    let (mut sensor, _) = stream(16, 5);
    let before = sensor.clock();
    sensor.reboot(70.0);
    let after = sensor.clock();
    assert_ne!(before.stream_id, after.stream_id);
    assert!(after.boot_s > 69.0 && (sensor.next_sample_s() - 70.0).abs() < 1e-12);
    let story_over = Motion::resting(0.0, &crate::simulate::bar::Pose::default(), &mut Random::new(1));
    let packet = (0..16).find_map(|_| sensor.sample(&story_over)).unwrap();
    let header = DataPacket::parse(&packet.value).unwrap().header;
    assert_eq!((header.first_sample, header.stream_id), (0, after.stream_id));
    assert!(header.device_time_us < 1_000_000);
}
