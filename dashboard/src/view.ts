// What is read off a station's state for the screen. Pure.

import type { Advice, Rep, SetRecord, SetSummary } from "./api";
import type { StationState } from "./state";

/** Movements of the set on show, rejected ones too, in the order they were lifted. */
export function repsOfSet(state: StationState | null): Rep[] {
  const id = state?.set?.id;
  if (state === null || id === undefined) return [];
  return [...state.reps.values()].filter((rep) => rep.set === id).sort(inOrder);
}

/** Order of lifting; a movement without a time goes by its number. */
export function inOrder(a: Rep, b: Rep): number {
  if (a.ended_at !== null && b.ended_at !== null && a.ended_at !== b.ended_at) {
    return a.ended_at < b.ended_at ? -1 : 1;
  }
  return a.id - b.id;
}

/** Which velocity the exercise is coached by. */
export function primary(state: StationState | null): "mean" | "peak" {
  return state?.exercise?.primary_velocity ?? "mean";
}

export function velocityOf(rep: Rep, which: "mean" | "peak"): number | null {
  return which === "peak" ? rep.peak_velocity_m_s : rep.mean_velocity_m_s;
}

export function lastAccepted(reps: Rep[]): Rep | null {
  return reps.findLast((rep) => rep.accepted) ?? null;
}

/** Figures of the set: of its only entry, or of the side that has lost the most. */
export function worstSide(set: SetRecord | null): SetSummary | null {
  const loss = (summary: SetSummary) => summary.velocity_loss_best_pct ?? -Infinity;
  return set?.summaries.reduce<SetSummary | null>(
    (worst, summary) => (worst === null || loss(summary) > loss(worst) ? summary : worst),
    null,
  ) ?? null;
}

/** The advice that stands for the set on show. */
export function standingAdvice(state: StationState | null): Advice | null {
  const set = state?.set?.id;
  return state?.advice.find((advice) => advice.set === set && !advice.superseded) ?? null;
}

/** Velocity losses this close to the cap (percentage points) are shown as close. */
const NEAR_CAP_POINTS = 5;

export type Standing = "unknown" | "fine" | "near" | "over";

/** Where a velocity stands against the set's stop line. */
export function standing(velocity: number | null, set: SetRecord | null): Standing {
  const line = set?.stop_line;
  if (velocity === null || !line) return "unknown";
  if (velocity <= line.velocity_m_s + 1e-9) return "over";
  // The best repetition follows from line and cap: line = best·(1 − cap).
  const best = line.velocity_m_s / (1 - line.velocity_loss_cap_pct / 100);
  return velocity <= best * (1 - (line.velocity_loss_cap_pct - NEAR_CAP_POINTS) / 100) ? "near" : "fine";
}

const ZONES: [below_m_s: number, name: string][] = [
  [0.5, "absolute strength"],
  [0.75, "accelerative strength"],
  [1.0, "strength-speed"],
  [1.3, "speed-strength"],
  [Infinity, "starting strength"],
];

/** The zone that coaches name by mean velocity (Mann's bounds); the same for all exercises, so it is orientation only. */
export function zone(velocity: number | null): string | null {
  return velocity === null ? null : (ZONES.find(([below]) => velocity < below)?.[1] ?? null);
}

/** The reason that overrules all others about a figure that isn't there yet. */
export function whyNoVelocity(state: StationState | null, reps: Rep[]): string {
  if (state === null) return "Waiting for the daemon";
  if (reps.length === 0) return "No repetition yet";
  if (lastAccepted(reps) === null) return "No movement of this set counts";
  return "The sensor gave no velocity for this repetition";
}
