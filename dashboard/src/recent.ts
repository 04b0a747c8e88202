// Who lifted what here lately, so that the likely choices come first.

import type { Context, SetRecord } from "./api";
import type { StationState } from "./state";

/** What was lifted; a set of the journal doesn't tell its target. */
export type Lifted = Pick<SetRecord, "athlete" | "exercise" | "load_kg"> & { target_velocity_m_s?: number | null };

const KEY = "ironstride.recent.";
const KEPT = 60;

function remembered(station: string): Lifted[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY + station) ?? "[]");
    return Array.isArray(kept) ? (kept as Lifted[]) : [];
  } catch {
    return [];
  }
}

export function remember(station: string, { athlete, exercise, load_kg, target_velocity_m_s }: Lifted): void {
  const same = (other: Lifted) => other.athlete === athlete && other.exercise === exercise;
  const kept = [{ athlete, exercise, load_kg, target_velocity_m_s }, ...remembered(station).filter((other) => !same(other))];
  localStorage.setItem(KEY + station, JSON.stringify(kept.slice(0, KEPT)));
}

/** What was lifted here: this session's sets, then what this device remembers; the latest first. */
export function history(state: StationState): Lifted[] {
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
export function usualLoad(history: Lifted[], athlete: string | null, exercise: string | null): number | null {
  return history.find((one) => one.athlete === athlete && one.exercise === exercise)?.load_kg ?? null;
}

/** The context after another athlete was chosen: with what this athlete did last. */
export function withAthlete(context: Context, athlete: string | null, history: Lifted[]): Partial<Context> {
  const before = history.find((one) => one.athlete === athlete && one.exercise !== null);
  return chosen(context, athlete, before?.exercise ?? context.exercise, history);
}

/** The context after a choice of athlete and exercise: with their last load and target. */
export function chosen(context: Context, athlete: string | null, exercise: string | null, history: Lifted[]): Partial<Context> {
  const last = history.find((one) => one.athlete === athlete && one.exercise === exercise && one.target_velocity_m_s !== undefined);
  // a target is made for one athlete in one exercise: for another it would advise a wrong load
  const same = athlete === context.athlete && exercise === context.exercise;
  const target_velocity_m_s = same ? context.target_velocity_m_s : (last?.target_velocity_m_s ?? null);
  return { athlete, exercise, load_kg: usualLoad(history, athlete, exercise), target_velocity_m_s };
}
