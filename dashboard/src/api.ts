// What the daemon sends and takes under /api/v1. Times are RFC 3339 in UTC; what is unknown is null, never 0.

export type Stage = "provisional" | "final" | "settled" | "corrected";
export type Side = "left" | "right";
export type Goal =
  | "technique"
  | "power"
  | "strength_in_season"
  | "strength_off_season"
  | "hypertrophy"
  | "taper";
export type SetRole = "warm_up" | "work" | "back_off";

export interface AlgorithmTag {
  name: string;
  number: number;
  parameters: string;
}

export interface Rep {
  id: number;
  revision: number;
  stage: Stage;
  accepted: boolean;
  reject_reason: string | null;
  set: number | null;
  station: string;
  athlete: string | null;
  exercise: string | null;
  load_kg: number | null;
  side: Side | null;
  ended_at: string | null;
  time_certain: boolean;
  mean_velocity_m_s: number | null;
  mean_propulsive_velocity_m_s: number | null;
  peak_velocity_m_s: number | null;
  time_to_peak_s: number | null;
  range_of_motion_m: number | null;
  eccentric_duration_s: number | null;
  pause_s: number | null;
  concentric_duration_s: number | null;
  mean_power_bar_w: number | null;
  peak_power_bar_w: number | null;
  mean_power_system_w: number | null;
  body_mass_factor: number | null;
  quality: number | null;
  mean_velocity_sd_m_s: number | null;
  power_unknown_because: string | null;
  source: "inertial" | "device" | "manual";
  algorithm: AlgorithmTag;
}

export interface SetSummary {
  side: Side | null;
  reps: number;
  best_velocity_m_s: number | null;
  best_two_mean_velocity_m_s: number | null;
  last_velocity_m_s: number | null;
  velocity_loss_best_pct: number | null;
  velocity_loss_first_pct: number | null;
}

export interface StopLine {
  velocity_loss_cap_pct: number;
  velocity_m_s: number;
}

export interface SetRecord {
  id: number;
  revision: number;
  session: number;
  station: string;
  athlete: string | null;
  exercise: string | null;
  load_kg: number | null;
  goal: Goal | null;
  role: SetRole | null;
  started_at: string | null;
  ended_at: string | null;
  time_certain: boolean;
  end: string | null;
  open: boolean;
  reps: number[];
  summaries: SetSummary[];
  stop_line: StopLine | null;
  unlabelled: string[];
  algorithm: AlgorithmTag;
}

export type AdviceVerb = "stop_set" | "continue_set" | "next_load" | "change_reps" | "hold_load";

export interface Named {
  name: string;
  value: number;
}

export interface Advice {
  id: number;
  at: string | null;
  station: string;
  athlete: string | null;
  exercise: string | null;
  set: number;
  action: { action: AdviceVerb; load_kg?: number; plates_per_side_kg?: number[]; reps?: number };
  headline: string;
  reason: string;
  inputs: Named[];
  threshold: Named;
  rule: string;
  source: string;
  confidence: "low" | "medium" | "high";
  supersedes: number | null;
  superseded: boolean;
}

export interface Context {
  athlete: string | null;
  exercise: string | null;
  load_kg: number | null;
  goal: Goal | null;
  role: SetRole | null;
  target_velocity_m_s: number | null;
  planned_reps: number | null;
  planned_rest_s: number | null;
  revision: number;
}

export type Link = "down" | "up" | "streaming" | "stalled";

export interface Sensor {
  sensor: string;
  name: string | null;
  role:
    | { role: "bar"; station: string; mount: string | null; side: Side | null }
    | { role: "footpod"; athlete: string; foot: Side | null }
    | null;
  families: string[];
  link: Link;
  battery_pct: number | null;
  samples: number;
  lost_samples: number;
  undecoded: number;
  sample_rate_hz: number | null;
  device: Record<string, unknown>;
  seen_at: string | null;
}

export interface Cadence {
  at: string | null;
  sensor: string;
  athlete: string | null;
  cadence_steps_min: number | null;
  unknown_because: string | null;
  speed_m_s: number;
  running: boolean;
}

export interface Trace {
  station: string;
  sensor: string;
  t_s: number[];
  velocity_m_s: number[];
  height_m: number[];
}

export interface Session {
  id: number;
  revision: number;
  station: string;
  athlete: string | null;
  started_at: string | null;
  ended_at: string | null;
}

export interface Exercise {
  id: string;
  name: string;
  aliases: string[];
  kind: "velocity" | "counted" | "hold" | "carry" | "jump";
  sides: "both" | "each";
  implement: string;
  primary_velocity: "mean" | "peak";
  rest_s: number;
}

export interface Athlete {
  id: string;
  name: string;
  body_mass_kg: number | null;
}

export interface Station {
  id: string;
  name: string;
  bar_kg: number;
  plates_per_side_kg: number[];
}

export interface Rest {
  since: string | null;
  planned_s: number | null;
}

export interface Snapshot {
  server_time: string | null;
  seq: number;
  gym: { name: string; time_zone: string };
  station: Station;
  context: Context;
  session: Session | null;
  set: SetRecord | null;
  reps: Rep[];
  previous_sets: SetRecord[];
  advice: Advice[];
  rest: Rest | null;
  sensors: Sensor[];
  cadence: Cadence[];
  exercise: Exercise | null;
  athlete: Athlete | null;
  unlabelled_sets: number;
}

export interface Task {
  running: boolean;
  restarts: number;
  last_error: string | null;
}

export interface Status {
  version: string;
  uptime_s: number;
  server_time: string | null;
  time_certain: boolean;
  gym: { name: string; time_zone: string };
  source: string;
  inputs: { received: number; lost: number };
  lag_s: number;
  tasks: Record<string, Task>;
  queues: Record<string, { length: number; capacity: number }>;
  store: {
    path: string;
    bytes: number;
    max_bytes: number | null;
    seq: number;
    raw_bytes_written: number;
    event_bytes_written: number;
    wal_bytes_written: number;
    raw_stopped: boolean;
    last_error: string | null;
  };
  stream_clients: number;
  sensors: Sensor[];
  warnings: { what: string; hint: string }[];
}

export interface List<T> {
  items: T[];
  next_after?: number | null;
}

/** RFC 9457, with what to do about it. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  hint?: string;
}
