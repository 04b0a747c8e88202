// Who lifted what here lately, so that the likely choices come first.

import type { Context, SetRecord } from "./api";
import type { StationState } from "./state";

type Labels = Pick<SetRecord, "athlete" | "exercise" | "load_kg">;

const KEY = "ironstride.recent.";
const KEPT = 60;

function remembered(station: string): Labels[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY + station) ?? "[]");
    return Array.isArray(kept) ? (kept as Labels[]) : [];
  } catch {
    return [];
  }
}

export function remember(station: string, { athlete, exercise, load_kg }: Labels): void {
  const same = (other: Labels) => other.athlete === athlete && other.exercise === exercise;
  const kept = [{ athlete, exercise, load_kg }, ...remembered(station).filter((other) => !same(other))];
  localStorage.setItem(KEY + station, JSON.stringify(kept.slice(0, KEPT)));
}

/** What was lifted here: this session's sets, then what this device remembers; the latest first. */
export function history(state: StationState): Labels[] {
  return [...(state.set ? [state.set] : []), ...state.previous_sets, ...remembered(state.station.id)];
}

/** What most people lift: offered first where nothing was lifted yet. */
export const USUAL = ["back_squat", "bench_press", "deadlift", "front_squat", "overhead_press", "bent_over_row", "hip_thrust"];

/** Those of `all` that were used lately first, each once, then the others in their order. */
export function recentFirst<T extends { id: string }>(all: T[], used: (string | null)[]): T[] {
  const byId = new Map(all.map((one) => [one.id, one]));
  const recent = [...new Set(used)].flatMap((id) => (id === null ? [] : (byId.get(id) ?? [])));
  return [...recent, ...all.filter((one) => !recent.includes(one))];
}

/** The load that goes with a choice of athlete and exercise: their last, else unknown. A wrong load would be worse. */
export function usualLoad(history: Labels[], athlete: string | null, exercise: string | null): number | null {
  return history.find((one) => one.athlete === athlete && one.exercise === exercise)?.load_kg ?? null;
}

/** The context after another athlete was chosen: with what this athlete did last. */
export function withAthlete(context: Context, athlete: string | null, history: Labels[]): Partial<Context> {
  const before = history.find((one) => one.athlete === athlete && one.exercise !== null);
  const exercise = before?.exercise ?? context.exercise;
  return { athlete, exercise, load_kg: usualLoad(history, athlete, exercise) };
}
