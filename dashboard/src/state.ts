// What a page knows of its station, and how each message of the stream changes it. Pure: same messages, same state.

import type {
  Advice,
  Cadence,
  Context,
  DeviceRecord,
  Notice,
  Rep,
  Sensor,
  Session,
  SetRecord,
  Snapshot,
} from "./api";

/** One message of the stream: the event's name, its journal number when it has one, and its data. */
export interface Message {
  event: string;
  seq: number | null;
  data: unknown;
  /** When it came in, ms since the epoch by this device. */
  received: number;
}

/** A runner's cadence, and when it was heard: the daemon's time of it may be that of an old recording. */
export interface HeardCadence extends Cadence {
  received: number;
}

/** What a device has measured by itself, and when it was heard. */
export interface HeardDevice extends DeviceRecord {
  received: number;
}

/** Something that a person should know, and when it was heard. */
export interface HeardNotice extends Notice {
  received: number;
}

export interface StationState extends Omit<Snapshot, "reps" | "sensors" | "cadence" | "devices"> {
  /** All repetitions heard of since the snapshot, also those outside the set on show: they may move into it. */
  reps: ReadonlyMap<number, Rep>;
  sensors: ReadonlyMap<string, Sensor>;
  cadence: ReadonlyMap<string, HeardCadence>;
  devices: ReadonlyMap<string, HeardDevice>;
  /** What was told since the page was opened, the newest first: one of each kind for each sensor. */
  notices: readonly HeardNotice[];
  /** The daemon has lost our place: nothing counts until the next snapshot. */
  reset: boolean;
  /** The names of athlete and exercise belong to an older context: only a snapshot brings the new ones. */
  stale_names: boolean;
}

const PREVIOUS_SETS = 10;
const KEPT_REPS = 300;
const KEPT_ADVICE = 20;
const KEPT_NOTICES = 5;

/** The state after a message; the same object when the message changes nothing. */
export function reduce(state: StationState | null, message: Message): StationState | null {
  if (message.event === "snapshot") return fromSnapshot(state, message);
  if (state === null) return null;
  if (message.event === "reset") return { ...state, reset: true };
  if (state.reset) return state;
  // A snapshot fetched while the stream runs is ahead of what the stream still brings.
  if (message.seq !== null && message.seq <= state.seq) return state;
  const next = change(state, message);
  return message.seq === null ? next : { ...next, seq: message.seq };
}

function change(state: StationState, { event, data, received }: Message): StationState {
  switch (event) {
    case "rep":
      return withRep(state, data as Rep);
    case "set":
      return withSet(state, data as SetRecord);
    case "session":
      return withSession(state, data as Session);
    case "advice":
      return withAdvice(state, data as Advice);
    case "sensor":
      return withSensor(state, data as Sensor);
    case "cadence":
      return { ...state, cadence: put(state.cadence, (data as Cadence).sensor, { ...(data as Cadence), received }) };
    case "device":
      return { ...state, devices: put(state.devices, (data as DeviceRecord).sensor, { ...(data as DeviceRecord), received }) };
    case "notice":
      return withNotice(state, { ...(data as Notice), received });
    case "station":
      return withContext(state, data as { station: string; context: Context });
    default:
      return state; // `trace` goes straight to its canvas; unknown events are of a newer daemon
  }
}

function fromSnapshot(state: StationState | null, { data, received }: Message): StationState {
  const snapshot = data as Snapshot;
  if (state !== null && !state.reset && snapshot.seq < state.seq) return state;
  return {
    ...snapshot,
    reps: new Map(snapshot.reps.map((rep) => [rep.id, rep])),
    sensors: new Map(snapshot.sensors.map((sensor) => [sensor.sensor, sensor])),
    cadence: new Map(snapshot.cadence.map((cadence) => [cadence.sensor, { ...cadence, received }])),
    devices: new Map(snapshot.devices.map((device) => [device.sensor, { ...device, received }])),
    notices: state?.notices ?? [],
    reset: false,
    stale_names: false,
  };
}

function withNotice(state: StationState, notice: HeardNotice): StationState {
  const others = state.notices.filter((other) => other.kind !== notice.kind || other.sensor !== notice.sensor);
  return { ...state, notices: [notice, ...others].slice(0, KEPT_NOTICES) };
}

function withRep(state: StationState, rep: Rep): StationState {
  const known = state.reps.get(rep.id);
  if (rep.station !== state.station.id || (known && known.revision >= rep.revision)) return state;
  const reps = put(state.reps, rep.id, rep);
  for (const id of reps.keys()) {
    if (reps.size <= KEPT_REPS) break;
    if (reps.get(id)?.set !== state.set?.id) reps.delete(id);
  }
  return { ...state, reps };
}

function withSet(state: StationState, set: SetRecord): StationState {
  if (set.station !== state.station.id) return state;
  const current = state.set;
  const known = [current, ...state.previous_sets].find((other) => other?.id === set.id);
  if (known && known.revision >= set.revision) return state;
  if (current === null || set.id >= current.id) {
    const before = current !== null && current.id !== set.id ? [current, ...state.previous_sets] : state.previous_sets;
    return { ...state, set, previous_sets: ofSession(before, set.session), rest: restAfter(state, set) };
  }
  const others = state.previous_sets.filter((other) => other.id !== set.id);
  return { ...state, previous_sets: ofSession([set, ...others], current.session) };
}

function ofSession(sets: SetRecord[], session: number): SetRecord[] {
  return sets
    .filter((set) => set.session === session)
    .sort((a, b) => b.id - a.id)
    .slice(0, PREVIOUS_SETS);
}

function restAfter(state: StationState, set: SetRecord): StationState["rest"] {
  if (set.open || set.ended_at === null) return null;
  const planned_s = state.context.planned_rest_s ?? state.exercise?.rest_s ?? null;
  // A set that is corrected while the athlete rests changes nothing about the rest.
  return state.set?.id === set.id && state.rest ? state.rest : { since: set.ended_at, planned_s };
}

function withSession(state: StationState, session: Session): StationState {
  if (session.station !== state.station.id) return state;
  const known = state.session?.id === session.id ? state.session : null;
  if (known && known.revision >= session.revision) return state;
  if (session.ended_at === null) return { ...state, session };
  if (known === null) return state;
  return { ...state, session: null, set: null, previous_sets: [], advice: [], rest: null };
}

function withAdvice(state: StationState, advice: Advice): StationState {
  if (advice.station !== state.station.id || state.advice.some((other) => other.id === advice.id)) return state;
  const others = state.advice.filter((other) => other.id !== advice.supersedes);
  return { ...state, advice: [advice, ...others].sort((a, b) => b.id - a.id).slice(0, KEPT_ADVICE) };
}

function withSensor(state: StationState, sensor: Sensor): StationState {
  const sensors = put(state.sensors, sensor.sensor, sensor);
  // it may just have moved to another station's bar
  if (sensor.role?.role === "bar" && sensor.role.station !== state.station.id) sensors.delete(sensor.sensor);
  return { ...state, sensors };
}

function withContext(state: StationState, said: { station: string; context: Context }): StationState {
  if (said.station !== state.station.id || said.context.revision <= state.context.revision) return state;
  const { context } = said;
  const stale =
    context.athlete !== (state.athlete?.id ?? null) || context.exercise !== (state.exercise?.id ?? null);
  return { ...state, context, stale_names: stale };
}

function put<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): Map<K, V> {
  return new Map(map).set(key, value);
}
