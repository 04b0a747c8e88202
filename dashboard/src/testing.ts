// Records for unit tests: all fields there, those that matter said by the test.

import type { Advice, Context, Exercise, Rep, SetRecord, Snapshot } from "./api";
import { type Message, reduce, type StationState } from "./state";

const ALGORITHM = { name: "bar", number: 1, parameters: "0" };

export function rep(part: Partial<Rep> & { id: number }): Rep {
  return {
    revision: 1, stage: "provisional", accepted: true, reject_reason: null, set: 10, station: "rack", athlete: null,
    exercise: null, load_kg: null, side: null, ended_at: null, time_certain: true, mean_velocity_m_s: 0.5,
    mean_propulsive_velocity_m_s: null, peak_velocity_m_s: null, time_to_peak_s: null, range_of_motion_m: null,
    eccentric_duration_s: null, pause_s: null, concentric_duration_s: null, mean_power_bar_w: null, peak_power_bar_w: null,
    mean_power_system_w: null, body_mass_factor: null, quality: null, mean_velocity_sd_m_s: null, peak_velocity_sd_m_s: null,
    range_of_motion_sd_m: null,
    power_unknown_because: null, source: "inertial", algorithm: ALGORITHM, ...part,
  };
}

export function set(part: Partial<SetRecord> & { id: number }): SetRecord {
  const ended_at = part.open === false ? "2026-01-01T10:01:00.000Z" : null;
  return {
    revision: 1, session: 1, station: "rack", athlete: null, exercise: null, load_kg: null, goal: null, role: null,
    started_at: "2026-01-01T10:00:00.000Z", ended_at, time_certain: true, end: null, open: true, reps: [], summaries: [],
    stop_line: null, unlabelled: [], algorithm: ALGORITHM, ...part,
  };
}

export function advice(part: Partial<Advice> & { id: number }): Advice {
  return {
    at: null, time_certain: true, station: "rack", athlete: null, exercise: null, set: 10, action: { action: "hold_load" }, headline: "Keep",
    reason: "Because.", inputs: [], threshold: { name: "t", value: 0 }, rule: "r", source: "s", confidence: "low",
    supersedes: null, superseded: false, ...part,
  };
}

export function exercise(part: Partial<Exercise> & { id: string }): Exercise {
  return {
    name: part.id, aliases: [], kind: "velocity", sides: "both", implement: "barbell", mount: "shaft",
    primary_velocity: "mean", body_mass_factor: 0.88, v1rm_m_s: null, rest_s: 180, set_timeout_s: 30, muscles: [],
    categories: [], ...part,
  };
}

export const CONTEXT: Context = {
  athlete: null, exercise: null, load_kg: null, goal: null, role: null, target_velocity_m_s: null, planned_reps: null,
  planned_rest_s: null, revision: 1,
};

export function snapshot(part: Partial<Snapshot> = {}): Snapshot {
  return {
    server_time: "2026-01-01T10:00:00.000Z", seq: 100, gym: { name: "Gym", time_zone: "Europe/Berlin" },
    station: { id: "rack", name: "Rack", bar_kg: 20, plates_per_side_kg: [] }, context: CONTEXT, session: null, set: null,
    reps: [], previous_sets: [], advice: [], rest: null, sensors: [], cadence: [], devices: [], exercise: null, athlete: null,
    unlabelled_sets: 0, ...part,
  };
}

export function message(event: string, data: unknown, seq: number | null = null): Message {
  return { event, data, seq, received: 0 };
}

/** The state after a snapshot and then these messages, numbered from 101 on. */
export function after(first: Partial<Snapshot>, ...messages: [event: string, data: unknown][]): StationState {
  const numbered = messages.map(([event, data], i) => message(event, data, 101 + i));
  const state = [message("snapshot", snapshot(first)), ...numbered].reduce<StationState | null>(reduce, null);
  if (state === null) throw new Error("no state after a snapshot");
  return state;
}
