//! Sensors of others in the engine: what is asked of them, and what is told of them.

use ironstride::engine::{Engine, EngineConfig};
use ironstride::model::{
    Characteristic, Event, HostTime, Input, LinkChange, NoticeKind, Notification, Request, RequestAction,
    SensorStatus,
};
use ironstride::sensors::home_made::{Form, HomeMade};
use ironstride::sensors::{metamotion, movella_dot, witmotion};

fn seconds(t: f64) -> HostTime {
    HostTime::default().plus_seconds(t)
}

fn link(t: f64, change: LinkChange) -> Input {
    Input::Link { at: seconds(t), sensor: "bar".into(), change }
}

fn sent(t: f64, source: Characteristic, value: &[u8]) -> Input {
    Input::Notification(Notification { at: seconds(t), sensor: "bar".into(), source, value: value.to_vec() })
}

fn events(engine: &mut Engine) -> Vec<Event> {
    std::iter::from_fn(|| engine.poll()).collect()
}

fn requests(engine: &mut Engine) -> Vec<Request> {
    let requests = events(engine).into_iter().filter_map(|event| match event {
        Event::Request(request) => Some(request),
        _ => None,
    });
    requests.collect()
}

fn statuses(events: &[Event]) -> Vec<&SensorStatus> {
    let statuses = events.iter().filter_map(|event| match event {
        Event::Sensor(status) => Some(status.as_ref()),
        _ => None,
    });
    statuses.collect()
}

/// A WitMotion sensor that rests and sends so many frames a second.
fn resting(rate_hz: f64, frames_each: usize) -> Vec<Event> {
    let mut engine = Engine::new(EngineConfig::default());
    engine.handle(&link(0.0, LinkChange::Up));
    let found = vec![witmotion::FRAMES, witmotion::COMMANDS];
    engine.handle(&link(0.1, LinkChange::Characteristics { found }));
    let mut frame = vec![0x55, 0x61, 0, 0, 0, 0, 0x00, 0x08];
    frame.resize(20, 0);
    let value = frame.repeat(frames_each);
    for i in 0..(30.0 * rate_hz / frames_each as f64) as usize {
        engine.handle(&sent(0.2 + (i * frames_each) as f64 / rate_hz, witmotion::FRAMES, &value));
    }
    engine.finish(seconds(31.0));
    events(&mut engine)
}

#[test]
fn a_sensor_that_keeps_another_rate_is_called_slow() {
    let is_slow =
        |event: &Event| matches!(event, Event::Notice(notice) if notice.kind == NoticeKind::SensorSlow);
    let slow = resting(100.0, 4);
    let told: Vec<_> = slow.iter().filter(|event| is_slow(event)).collect();
    assert!(
        matches!(told.as_slice(), [Event::Notice(notice)] if notice.message.contains("100 of 200")),
        "{told:?}"
    );
    assert!(statuses(&slow).last().is_some_and(|status| status.slow));
    let good = resting(200.0, 4);
    assert!(!good.iter().any(is_slow) && statuses(&good).iter().all(|status| !status.slow));
}

#[test]
fn requests_keep_the_peace_that_a_sensor_needs() {
    let mut engine = Engine::new(EngineConfig::default());
    let found = vec![witmotion::FRAMES, witmotion::COMMANDS];
    for t in [0.0, 60.0] {
        engine.handle(&link(t, LinkChange::Characteristics { found: found.clone() }));
        let requests = requests(&mut engine);
        assert_eq!(requests[0].action, RequestAction::Subscribe);
        assert_eq!(requests[1].action, RequestAction::Write { value: vec![0xff, 0xaa, 0x69, 0x88, 0xb5] });
        assert!(requests[1..].iter().all(|request| request.after_ms == 100), "after every connection");
    }
}

#[test]
fn a_sensor_is_told_to_stop_before_the_host_leaves() {
    let mut engine = Engine::new(EngineConfig::default());
    let found = vec![movella_dot::CONTROL, movella_dot::MEDIUM];
    engine.handle(&link(0.0, LinkChange::Characteristics { found }));
    requests(&mut engine);
    engine.handle(&link(1.0, LinkChange::Leaving));
    let stop = requests(&mut engine);
    assert_eq!(stop.len(), 1);
    assert_eq!(stop[0].action, RequestAction::Write { value: vec![1, 0, 21] });
}

#[test]
fn an_answer_may_lead_to_further_requests() {
    let mut engine = Engine::new(EngineConfig::default());
    let found = vec![metamotion::COMMANDS, metamotion::ANSWERS];
    engine.handle(&link(0.0, LinkChange::Characteristics { found }));
    requests(&mut engine);
    engine.handle(&sent(0.1, metamotion::ANSWERS, &[0x03, 0x80, 0x01, 0x00]));
    let start = requests(&mut engine);
    assert_eq!(start[0].action, RequestAction::Write { value: vec![0x03, 0x03, 0x28, 0x0c] });
    assert_eq!(start.len(), 8);
}

#[test]
fn a_home_made_sensor_becomes_a_bar() {
    let home_made = HomeMade {
        name: "mine".to_owned(),
        service: movella_dot::CONTROL.service,
        characteristic: witmotion::FRAMES.characteristic,
        rate_hz: 100.0,
        form: Form::Text,
        header_bytes: 0,
        sample_bytes: None,
        values: ["accel_x 0 1", "accel_y 1 1", "accel_z 2 1"]
            .map(|text| text.parse().expect("a value"))
            .to_vec(),
        commands: None,
        start: None,
        stop: None,
    };
    let source = home_made.source();
    let mut engine = Engine::new(EngineConfig { home_made: vec![home_made], ..EngineConfig::default() });
    for i in 0..300 {
        engine.handle(&sent(0.01 * f64::from(i), source, b"0,0,9.81\n"));
    }
    engine.finish(seconds(4.0));
    let events = events(&mut engine);
    let last = statuses(&events).last().copied().cloned().expect("a status");
    assert_eq!((last.families.as_slice(), last.undecoded), (&["mine".to_owned()][..], 0));
    assert!(events.iter().any(|event| matches!(event, Event::Stream(_))));
}
