// The state of the page's station as signals: what changes on the screen changes because one of these did.

import { batch, computed, signal } from "@preact/signals";
import type { Athlete, Exercise, Trace } from "./api";
import * as client from "./client";
import { fromId } from "./format";
import { keepOpen, type LinkState } from "./sse";
import { type Message, reduce, type StationState } from "./state";
import { lastAccepted, repsOfSet, standingAdvice } from "./view";

export const state = signal<StationState | null>(null);
export const link = signal<LinkState>({ phase: "connecting", heard: null, detail: null });
/** The daemon's clock minus this device's, ms: a tablet's clock may be minutes off. */
export const clockOffset = signal(0);
/** This device's time, ms; moves once a second while something on the page shows a duration. */
export const now = signal(Date.now());

export const reps = computed(() => repsOfSet(state.value));
export const last = computed(() => lastAccepted(reps.value));
export const advice = computed(() => standingAdvice(state.value));

const people = signal<ReadonlyMap<string, Athlete>>(new Map());
const catalogue = signal<ReadonlyMap<string, Exercise>>(new Map());
export const athletes = computed(() => [...people.value.values()].sort((a, b) => a.name.localeCompare(b.name)));
export const exercises = computed(() => [...catalogue.value.values()]);

export function athleteName(id: string | null | undefined): string | null {
  return id ? (people.value.get(id)?.name ?? fromId(id)) : null;
}

export function exerciseName(id: string | null | undefined): string | null {
  return id ? (catalogue.value.get(id)?.name ?? fromId(id)) : null;
}

/** A rest this long isn't one: the set is of yesterday, or of an old recording. */
const LONGEST_REST_S = 6 * 3600;

/** Seconds of rest so far; null while a set is on. */
export const restedFor = computed(() => {
  const from = state.value?.rest?.since ?? null;
  if (from === null) return null;
  const seconds = Math.max(0, (now.value + clockOffset.value - Date.parse(from)) / 1000);
  return seconds < LONGEST_REST_S ? seconds : null;
});

const traceListeners = new Set<(trace: Trace) => void>();

/** Brings the live trace past the state: it is drawn, not kept. */
export function onTrace(listener: (trace: Trace) => void): () => void {
  traceListeners.add(listener);
  return () => traceListeners.delete(listener);
}

/** Shows a station until the returned function is called. */
export function follow(station: string): () => void {
  const take = (message: Message) => {
    if (message.event === "trace") {
      const trace = message.data as Trace;
      if (trace.station === station) traceListeners.forEach((listener) => listener(trace));
      return;
    }
    batch(() => {
      const before = state.value;
      const after = reduce(before, message);
      state.value = after;
      if (after !== null && after !== before && message.event === "snapshot") {
        if (after.server_time !== null) clockOffset.value = Date.parse(after.server_time) - message.received;
        adoptNames(after);
      }
    });
    if (state.value?.stale_names) void refresh();
  };
  const refresh = async () => take({ event: "snapshot", seq: null, data: await client.snapshot(station), received: Date.now() });
  const close = keepOpen({
    url: client.streamUrl(station),
    headers: client.authorization,
    lastSeq: () => (state.value === null || state.value.reset ? null : state.value.seq),
    onMessage: take,
    catchUp: refresh,
    onState: (said) => (link.value = said),
  });
  const tick = setInterval(() => (now.value = Date.now()), 1000);
  void loadNames();
  return () => {
    close();
    clearInterval(tick);
  };
}

function adoptNames({ athlete, exercise }: StationState): void {
  if (athlete && people.value.get(athlete.id)?.name !== athlete.name) people.value = new Map(people.value).set(athlete.id, athlete);
  if (exercise && !catalogue.value.has(exercise.id)) {
    catalogue.value = new Map(catalogue.value).set(exercise.id, exercise);
  }
}

/** Names of people and exercises; without them identifiers are shown. */
export async function loadNames(): Promise<void> {
  const [who, what] = await Promise.allSettled([client.athletes(), client.exercises()]);
  if (who.status === "fulfilled") people.value = new Map(who.value.items.map((athlete) => [athlete.id, athlete]));
  if (what.status === "fulfilled") {
    catalogue.value = new Map(what.value.items.map((exercise) => [exercise.id, exercise]));
  }
}
