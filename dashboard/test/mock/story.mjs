// @ts-check
// What happens in the mock gym: scenes that tests put on at once, and a story that goes on by itself.

/** @typedef {import("./gym.mjs").Gym} Gym */

/** A bar's sensor, a footpod, and who is there. @param {Gym} gym */
export function opening(gym) {
  const { id } = gym.station;
  gym.sensor({
    sensor: "C4:64:E3:00:00:01", name: "Rack 1 bar", role: { role: "bar", station: id, mount: "shaft", side: null },
    link: "streaming", battery_pct: 84, samples: 182_400, lost_samples: 31, sample_rate_hz: 200.4,
  });
  gym.sensor({
    sensor: "C4:64:E3:00:00:02", name: "Jonas, left", role: { role: "footpod", athlete: "jonas", foot: "left" },
    families: ["running_speed_and_cadence"], link: "streaming", battery_pct: 58, samples: 960, sample_rate_hz: 1,
  });
  gym.say({
    athlete: "mara", exercise: "back_squat", load_kg: 100, goal: "strength_off_season", role: "work",
    target_velocity_m_s: 0.55, planned_reps: 6, planned_rest_s: 180,
  });
  gym.run("C4:64:E3:00:00:02", { cadence_steps_min: 172 });
}

export const VELOCITIES = [0.61, 0.64, 0.62, 0.58, 0.54, 0.5];

/** A set in progress, with the unrack that doesn't count. @param {Gym} gym @param {number} [reps] */
export function lifting(gym, reps = 4) {
  gym.rep(0.31, { accepted: false, reject_reason: "unrack", range_of_motion_m: 0.06 });
  VELOCITIES.slice(0, reps).forEach((velocity) => gym.rep(velocity));
}

/** The last repetition is too slow. @param {Gym} gym */
export function stop(gym) {
  gym.advise({
    action: { action: "stop_set" },
    headline: "Stop the set",
    reason: "Best rep 0.64 m/s, last 0.50: 22 % slower, cap 20 % (strength off season). Rack it.",
    inputs: [
      { name: "best_velocity_m_s", value: 0.64 },
      { name: "last_velocity_m_s", value: 0.5 },
      { name: "velocity_loss_best_pct", value: 21.9 },
      { name: "reps", value: 6 },
    ],
    source: "best rep of the set as reference: Pareja-Blanco 2017, García-Ramos 2021; caps up to 25 %: Hickmott 2022",
  });
}

/** The set is over, and the next load known. @param {Gym} gym */
export function resting(gym) {
  gym.rep(0.22, { accepted: false, reject_reason: "rerack" });
  gym.endSet();
  gym.advise({
    action: { action: "next_load", load_kg: 105, plates_per_side_kg: [20, 15, 5, 2.5] },
    headline: "Next set: 105 kg",
    reason: "Best two reps averaged 0.63 m/s, 0.08 above the target 0.55. Next set 105 kg (+5.0 %, nearest the plates allow).",
    inputs: [
      { name: "best_two_mean_velocity_m_s", value: 0.63 },
      { name: "target_velocity_m_s", value: 0.55 },
    ],
    threshold: { name: "dead_band_m_s", value: 0.03 },
    rule: "next_load",
    source: "±5 % for 0.06 m/s off target: Banyard 2021 in Hickmott 2022",
    confidence: "medium",
  });
}

/** Sends the trace of a repetition, a block each tenth of a second; returns its length, s. @param {Gym} gym @param {number} t0 @param {number} velocity */
export function traceBlocks(gym, t0, velocity) {
  const [down, up, still] = [1.2, 0.62 / velocity, 0.6];
  const at = (/** @type {number} */ t) =>
    t < down ? -0.45 * Math.sin((Math.PI * t) / down)
    : t < down + up ? velocity * 1.5 * Math.sin((Math.PI * (t - down)) / up)
    : 0.02 * Math.sin(40 * t);
  const blocks = [];
  for (let t = 0; t < down + up + still; t += 0.1) {
    const inside = Array.from({ length: 20 }, (_, i) => t + i * 0.005);
    blocks.push({
      station: gym.station.id, sensor: "C4:64:E3:00:00:01", t_s: inside.map((s) => t0 + s), velocity_m_s: inside.map(at),
      height_m: inside.map(() => 0),
    });
  }
  return blocks;
}

/** Goes on until stopped: sets with rests, a stop, a next load, a runner. @param {Gym} gym @param {number} [speed] */
export function play(gym, speed = 1) {
  let stopped = false;
  let t = 0;
  const sleep = (/** @type {number} */ s) => new Promise((wake) => setTimeout(wake, (s * 1000) / speed));
  const run = async () => {
    opening(gym);
    const runner = setInterval(() => gym.run("C4:64:E3:00:00:02", { cadence_steps_min: 170 + Math.round(4 * Math.random()) }), 1000);
    while (!stopped) {
      await sleep(2);
      gym.rep(0.31, { accepted: false, reject_reason: "unrack" });
      for (const velocity of VELOCITIES) {
        for (const block of traceBlocks(gym, t, velocity)) {
          gym.trace(block);
          await sleep(0.1);
          t += 0.1;
        }
        if (stopped) break;
        const { id } = gym.rep(velocity + 0.01 * (Math.random() - 0.5));
        setTimeout(() => gym.reviseRep(id, { stage: "final" }), 1500 / speed);
      }
      stop(gym);
      await sleep(3);
      resting(gym);
      await sleep(20);
      gym.say({ load_kg: 105 });
    }
    clearInterval(runner);
  };
  void run();
  return () => {
    stopped = true;
  };
}
