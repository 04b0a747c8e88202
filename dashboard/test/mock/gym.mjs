// @ts-check
// A gym with one station that speaks the daemon's JSON, without a daemon: for developing pages and testing them.
// What happens in it is said by calling its methods, so tests own its time.

/** @typedef {import("../../src/api").Rep} Rep */
/** @typedef {import("../../src/api").SetRecord} SetRecord */
/** @typedef {import("../../src/api").Advice} Advice */
/** @typedef {import("../../src/api").Sensor} Sensor */
/** @typedef {import("../../src/api").Snapshot} Snapshot */
/** @typedef {{ seq: number | null, event: string, data: unknown }} Sent */

/** @type {SetRecord["unlabelled"]} */
const LABELS = ["athlete", "exercise", "load_kg"];
const ALGORITHM = { name: "bar", number: 1, parameters: "mock" };
const now = () => new Date().toISOString();

export const EXERCISES = [
  ["back_squat", "Back squat", ["squat", "high-bar squat"], 180],
  ["front_squat", "Front squat", [], 180],
  ["bench_press", "Bench press", ["bench"], 180],
  ["deadlift", "Deadlift", ["conventional deadlift"], 240],
  ["romanian_deadlift", "Romanian deadlift", ["RDL"], 150],
  ["overhead_press", "Overhead press", ["military press"], 150],
  ["bent_over_row", "Bent-over row", ["barbell row"], 120],
  ["hip_thrust", "Hip thrust", [], 120],
  ["biceps_curl", "Biceps curl", ["curl"], 90],
  ["split_squat", "Split squat", [], 120, "each"],
].map(([id, name, aliases, rest_s, sides = "both"]) => /** @type {import("../../src/api").Exercise} */ ({
  id, name, aliases, kind: "velocity", sides, implement: "barbell", mount: "shaft", primary_velocity: "mean", rest_s,
  set_timeout_s: 30, body_mass_factor: 0.88, v1rm_m_s: null, muscles: [], categories: [],
}));

const DEVICE = { manufacturer: null, model: null, serial: null, hardware: null, firmware: null, software: null };

export const ATHLETES = [
  { id: "mara", name: "Mara Lind", body_mass_kg: 61 },
  { id: "jonas", name: "Jonas Weber", body_mass_kg: 78 },
  { id: "aylin", name: "Aylin Kaya", body_mass_kg: 57.5 },
  { id: "tom", name: "Tom Brandt", body_mass_kg: 84 },
];

export class Gym {
  station = { id: "rack-1", name: "Rack 1", bar_kg: 20, plates_per_side_kg: [25, 20, 20, 15, 10, 5, 2.5, 1.25] };
  seq = 0;
  nextId = 1;
  /** @type {Sent[]} */
  journal = [];
  /** @type {Set<(sent: Sent) => void>} */
  listeners = new Set();
  /** @type {import("../../src/api").Context} */
  context = {
    athlete: null, exercise: null, load_kg: null, goal: null, role: null,
    target_velocity_m_s: null, planned_reps: null, planned_rest_s: null, revision: 0,
  };
  /** @type {import("../../src/api").Session | null} */
  session = null;
  /** @type {SetRecord[]} */
  sets = [];
  /** @type {Map<number, Rep>} */
  reps = new Map();
  /** @type {Advice[]} */
  advice = [];
  /** @type {Map<string, Sensor>} */
  sensors = new Map();
  /** @type {Map<string, import("../../src/api").Cadence>} */
  cadence = new Map();
  /** @type {{ what: string, hint: string }[]} */
  warnings = [];
  athletes = structuredClone(ATHLETES);
  /** @type {import("../../src/api").Notice[]} */
  notices = [];
  /** @type {import("../../src/api").TokenName[]} */
  tokens = [{ name: "coach's phone", made_at: "2026-03-02T09:30:00.000Z" }, { name: "tablet by the door", made_at: null }];
  /** The target that labels gave a set, by its number: a set's record doesn't have it. @type {Map<number, number>} */
  targets = new Map();
  /** A device with this token may change things. */
  token = "let-me-in";
  /** Whether changes need the token. */
  guarded = false;

  /** @param {string} event @param {unknown} data */
  #commit(event, data) {
    const sent = { seq: ++this.seq, event, data: structuredClone(data) };
    this.journal.push(sent);
    this.listeners.forEach((listener) => listener(sent));
  }

  get set() {
    return this.sets.at(-1) ?? null;
  }

  /** @param {Partial<import("../../src/api").Context>} said */
  say(said) {
    const before = this.context;
    this.context = { ...before, ...said, revision: this.seq + 1 };
    const other = ["athlete", "exercise", "load_kg"].some((key) => Object(before)[key] !== Object(this.context)[key]);
    if (other && this.set?.open && this.set.reps.length > 0) this.endSet("context");
    this.context.revision = this.seq + 1;
    this.#commit("station", { station: this.station.id, context: this.context });
  }

  /** @param {Partial<Sensor> & { sensor: string }} part */
  sensor(part) {
    const known = this.sensors.get(part.sensor);
    /** @type {Sensor} */
    const sensor = {
      name: null, role: null, families: ["ironstride"], link: "down", battery_pct: null, samples: 0, lost_samples: 0,
      undecoded: 0, sample_rate_hz: null, slow: false, device: DEVICE, cadence_unit: null, ...known, ...part, seen_at: now(),
    };
    this.sensors.set(sensor.sensor, sensor);
    this.#commit("sensor", sensor);
  }

  /** @param {Pick<import("../../src/api").Notice, "kind" | "message"> & { sensor?: string }} part */
  notice(part) {
    const notice = { at: now(), sensor: null, ...part };
    this.notices.unshift(notice);
    this.#commit("notice", notice);
  }

  /** @param {string} id @param {{ name: string, body_mass_kg?: number | null }} said */
  athlete(id, { name, body_mass_kg = null }) {
    this.athletes = [...this.athletes.filter((one) => one.id !== id), { id, name, body_mass_kg: body_mass_kg ?? 0 }];
    this.listeners.forEach((listener) => listener({ seq: this.seq, event: "snapshot", data: this.snapshot() }));
  }

  /** A movement in the open set, or in a new one. @param {number | null} velocity @param {Partial<Rep>} [part] */
  rep(velocity, part = {}) {
    const set = this.set?.open ? this.set : this.#openSet();
    const id = this.nextId++;
    const { athlete, exercise, load_kg } = set;
    /** @type {Rep} */
    const rep = {
      id, revision: 1, stage: "provisional", accepted: true, reject_reason: null, set: set.id, station: this.station.id,
      athlete, exercise, load_kg, side: null, ended_at: now(), time_certain: true,
      mean_velocity_m_s: velocity, mean_propulsive_velocity_m_s: velocity && velocity * 1.04,
      peak_velocity_m_s: velocity && velocity * 1.6, time_to_peak_s: 0.6, range_of_motion_m: 0.62,
      eccentric_duration_s: 1.4, pause_s: 0.1, concentric_duration_s: velocity && 0.62 / velocity,
      mean_power_bar_w: load_kg && velocity && load_kg * 9.81 * velocity, peak_power_bar_w: null,
      mean_power_system_w: null, body_mass_factor: null, quality: 0.96, mean_velocity_sd_m_s: 0.02, peak_velocity_sd_m_s: 0.02,
      range_of_motion_sd_m: 0.01,
      power_unknown_because: load_kg === null ? "no load is chosen" : null, source: "inertial", algorithm: ALGORITHM,
      ...part,
    };
    set.reps.push(id);
    this.#putRep(rep);
    this.#putSet(set);
    return rep;
  }

  /** @param {number} id @param {Partial<Rep>} part */
  reviseRep(id, part) {
    const rep = this.reps.get(id);
    if (!rep) return null;
    const revised = { ...rep, ...part, revision: rep.revision + 1 };
    this.#putRep(revised);
    const set = this.sets.find((set) => set.id === revised.set);
    if (set) this.#putSet(set);
    return revised;
  }

  /** @param {SetRecord["end"]} [end] */
  endSet(end = "rerack") {
    const set = this.set;
    if (!set?.open) return;
    for (const id of set.reps) this.reviseRep(id, { stage: "settled" });
    Object.assign(set, { open: false, ended_at: now(), end });
    this.#putSet(set);
  }

  endSession() {
    this.endSet("command");
    if (!this.session) return;
    this.#commit("session", { ...this.session, revision: this.session.revision + 1, ended_at: now(), open: false });
    this.session = null;
  }

  /** @param {Pick<Advice, "action" | "headline" | "reason"> & Partial<Advice>} part */
  advise(part) {
    const set = this.set;
    if (!set) return;
    const before = this.advice.find((advice) => advice.set === set.id && !advice.superseded);
    if (before) before.superseded = true;
    /** @type {Advice} */
    const advice = {
      id: this.nextId++, at: now(), time_certain: true, station: this.station.id, athlete: set.athlete, exercise: set.exercise, set: set.id,
      inputs: [], threshold: { name: "cap_pct", value: 20 }, rule: "velocity_loss_stop", source: "mock",
      confidence: "high", supersedes: before?.id ?? null, superseded: false, ...part,
    };
    this.advice.push(advice);
    this.#commit("advice", advice);
  }

  /** @param {string} sensor @param {Partial<import("../../src/api").Cadence>} part */
  run(sensor, part) {
    /** @type {import("../../src/api").Cadence} */
    const cadence = {
      at: now(), time_certain: true, sensor, athlete: "jonas", cadence_steps_min: null, unknown_because: null, speed_m_s: 3.1, running: true,
      ...part,
    };
    this.cadence.set(sensor, cadence);
    this.#commit("cadence", cadence);
  }

  /** @param {import("../../src/api").Trace} trace */
  trace(trace) {
    this.listeners.forEach((listener) => listener({ seq: null, event: "trace", data: trace }));
  }

  /** @param {number} id @param {Partial<SetRecord> & { target_velocity_m_s?: number }} labels */
  label(id, { target_velocity_m_s, ...labels }) {
    const set = this.sets.find((set) => set.id === id);
    if (!set) return null;
    if (target_velocity_m_s !== undefined) this.targets.set(id, target_velocity_m_s);
    Object.assign(set, labels);
    this.#putSet(set);
    return set;
  }

  #openSet() {
    const { athlete, exercise, load_kg, goal, role } = this.context;
    if (!this.session) {
      this.session = {
        id: this.nextId++, revision: 1, station: this.station.id, athlete, started_at: now(), ended_at: null, open: true,
        time_certain: true,
      };
      this.#commit("session", this.session);
    }
    /** @type {SetRecord} */
    const set = {
      id: this.nextId++, revision: 0, session: this.session.id, station: this.station.id, athlete, exercise, load_kg, goal,
      role, started_at: now(), ended_at: null, time_certain: true, end: null, open: true, reps: [], summaries: [],
      stop_line: null, unlabelled: [], algorithm: ALGORITHM,
    };
    this.sets.push(set);
    return set;
  }

  /** @param {Rep} rep */
  #putRep(rep) {
    this.reps.set(rep.id, rep);
    this.#commit("rep", rep);
  }

  /** @param {SetRecord} set */
  #putSet(set) {
    const counted = set.reps.map((id) => this.reps.get(id)).filter((rep) => rep?.accepted && rep.set === set.id);
    const velocities = counted.map((rep) => rep?.mean_velocity_m_s).filter((v) => typeof v === "number");
    const [first, last, best] = [velocities[0], velocities.at(-1), velocities.length ? Math.max(...velocities) : undefined];
    const lossFrom = (/** @type {number | undefined} */ from) => (from && last !== undefined ? (100 * (from - last)) / from : null);
    set.revision++;
    set.summaries = counted.length === 0 ? [] : [{
      side: null, reps: counted.length, best_velocity_m_s: best ?? null, best_two_mean_velocity_m_s: best ?? null,
      last_velocity_m_s: last ?? null, velocity_loss_best_pct: lossFrom(best), velocity_loss_first_pct: lossFrom(first),
    }];
    set.stop_line = best === undefined ? null : { velocity_loss_cap_pct: 20, velocity_m_s: 0.8 * best };
    set.unlabelled = LABELS.filter((label) => set[label] === null);
    this.#commit("set", set);
  }

  get inbox() {
    return this.sets.filter((set) => !set.open && set.unlabelled.length > 0);
  }

  /** @returns {Snapshot} */
  snapshot() {
    const current = this.session && this.set?.session === this.session.id ? this.set : null;
    const planned_s = this.context.planned_rest_s ?? EXERCISES.find(({ id }) => id === this.context.exercise)?.rest_s ?? null;
    return structuredClone({
      server_time: now(), seq: this.seq, gym: { name: "Mock gym", time_zone: "Europe/Berlin" }, station: this.station,
      context: this.context, session: this.session, set: current,
      reps: [...this.reps.values()].filter((rep) => current && rep.set === current.id),
      previous_sets: this.sets.filter((set) => set !== current && set.session === this.session?.id).reverse().slice(0, 10),
      advice: this.advice.filter((advice) => advice.set === current?.id && !advice.superseded).reverse(),
      rest: current && !current.open && current.ended_at ? { since: current.ended_at, planned_s } : null,
      sensors: [...this.sensors.values()], cadence: [...this.cadence.values()], devices: [],
      exercise: EXERCISES.find(({ id }) => id === this.context.exercise) ?? null,
      athlete: this.athletes.find(({ id }) => id === this.context.athlete) ?? null,
      unlabelled_sets: this.inbox.length,
    });
  }

  /** @returns {import("../../src/api").Status} */
  status() {
    return {
      version: "0.1.0", uptime_s: process.uptime(), server_time: now(), time_certain: true,
      gym: { name: "Mock gym", time_zone: "Europe/Berlin" }, source: "simulated", source_over: false,
      inputs: { received: 48210, lost: 0 }, lag_s: 0.1,
      tasks: {
        core: { running: true, restarts: 0, last_error: null },
        radio: { running: true, restarts: 1, last_error: "the simulated link went down" },
        web: { running: true, restarts: 0, last_error: null },
        writer: { running: true, restarts: 0, last_error: null },
      },
      queues: { changes: { length: 0, capacity: 64 }, inputs: { length: 3, capacity: 1024 } },
      store: {
        path: "/var/lib/ironstride/ironstride.db", bytes: 18_432_000, max_bytes: 8_000_000_000, seq: this.seq,
        raw_bytes_written: 9_120_000, event_bytes_written: 412_000, wal_bytes_written: 11_900_000, raw_stopped: false,
        last_error: null, commits: 2210, raw_dropped: 0, wal_bytes: 1_100_000, unlabelled_sets: this.inbox.length,
      },
      export: null, stream_clients: this.listeners.size, sensors: [...this.sensors.values()], warnings: this.warnings, notices: this.notices,
    };
  }
}
