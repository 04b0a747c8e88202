// The set as bars: one for each movement, rejected ones grey and with their reason, the stop line across.

import { computed } from "@preact/signals";
import type { Rep } from "../api";
import { fixed, percent, reason, UNKNOWN } from "../format";
import { reps, state } from "../store";
import { primary, standing, velocityOf, worstSide } from "../view";

/** More labels than this would touch each other. */
const MOST_LABELS = 14;

const velocities = computed(() => reps.value.map((rep) => velocityOf(rep, primary(state.value))));

/** Top of the scale, m/s: the fastest bar with room for its label, in steps so that the scale seldom moves. */
const top = computed(() => {
  const fastest = Math.max(0.5, ...velocities.value.map((v) => v ?? 0));
  return Math.ceil((fastest * 1.18) / 0.1) * 0.1;
});

const bestRep = computed(() => {
  let best: Rep | null = null;
  const which = primary(state.value);
  for (const rep of reps.value.filter((rep) => rep.accepted)) {
    if ((velocityOf(rep, which) ?? -1) > (best ? (velocityOf(best, which) ?? -1) : 0)) best = rep;
  }
  return best;
});

export function Bars() {
  const all = reps.value;
  if (all.length === 0) return <p class="quiet">The first repetition opens the set.</p>;
  const set = state.value?.set ?? null;
  const line = set?.stop_line ?? null;
  const best = bestRep.value && velocityOf(bestRep.value, primary(state.value));
  const last = all.length - 1;
  let counted = 0;
  return (
    <div class="bars" data-crowded={all.length > MOST_LABELS} style={{ "--n": all.length }}>
      <ol aria-label="Movements of the set">
        {all.map((rep, i) => {
          const velocity = velocities.value[i] ?? null;
          if (rep.accepted) counted++;
          const labelled = all.length <= MOST_LABELS || i === last || (rep === bestRep.value && i < last - 2);
          return (
            <li
              key={rep.id}
              data-rep={rep.id}
              data-revision={rep.revision}
              data-accepted={rep.accepted}
              data-standing={rep.accepted ? standing(velocity, set) : "rejected"}
              data-provisional={rep.stage === "provisional"}
              style={{ "--h": Math.min(1, (velocity ?? 0) / top.value) }}
              title={titleOf(rep, velocity)}
            >
              <span class="bar">
                {rep.accepted ? labelled && <b>{fixed(velocity, 2)}</b> : <i>{reason(rep.reject_reason)}</i>}
              </span>
              <span class="ordinal">{rep.accepted ? `${sideLetter(rep)}${counted}` : "×"}</span>
            </li>
          );
        })}
      </ol>
      {best !== null && (
        <div class="level best" style={{ "--h": best / top.value }}>
          <span>best {fixed(best, 2)}</span>
        </div>
      )}
      {line && (
        <div class="level stop" style={{ "--h": line.velocity_m_s / top.value }}>
          <span>stop {fixed(line.velocity_m_s, 2)}</span>
        </div>
      )}
    </div>
  );
}

/** What a sighted person reads off the bars. */
export const barsInWords = computed(() => {
  const summary = worstSide(state.value?.set ?? null);
  const rejected = reps.value.filter((rep) => !rep.accepted).length;
  if (!summary) return "";
  const not = rejected > 0 ? `, ${rejected} not counted` : "";
  return `${summary.reps} repetitions${not}, best ${fixed(summary.best_velocity_m_s, 2)}, loss ${percent(summary.velocity_loss_best_pct)} %`;
});

function sideLetter(rep: Rep): string {
  return rep.side === null ? "" : rep.side === "left" ? "L" : "R";
}

function titleOf(rep: Rep, velocity: number | null): string {
  const sd = rep.mean_velocity_sd_m_s;
  return [
    velocity === null ? `${UNKNOWN} no velocity` : `${fixed(velocity, 2)} m/s${sd ? ` ± ${fixed(sd, 2)}` : ""}`,
    rep.accepted ? rep.stage : `not counted: ${reason(rep.reject_reason)}`,
  ].join(", ");
}
