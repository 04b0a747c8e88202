// The set as bars: one for each movement, rejected ones grey and with their reason, the stop line across.

import { computed, signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Rep } from "../api";
import { fixed, percent, reason, UNKNOWN } from "../format";
import { reps, state } from "../store";
import { primary, standing, velocityOf, worstSide } from "../view";

/** How many labels fit beside each other. */
const room = signal(14);
/** Width of a label such as 0.64 with some air, in units of its font size. */
const LABEL_EM = 2.9;

const velocities = computed(() => reps.value.map((rep) => velocityOf(rep, primary(state.value))));

/** Top of the scale, m/s: the fastest bar with some air above, in steps so that the scale seldom moves. */
const top = computed(() => {
  const fastest = Math.max(0.5, ...velocities.value.map((v) => v ?? 0));
  return Math.ceil((fastest * 1.1) / 0.1) * 0.1;
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
  const list = useRef<HTMLOListElement>(null);
  const empty = reps.value.length === 0;
  useEffect(() => {
    const element = list.current;
    if (element === null) return;
    const size = new ResizeObserver(() => {
      room.value = Math.floor(element.clientWidth / (LABEL_EM * parseFloat(getComputedStyle(element).fontSize)));
    });
    size.observe(element);
    return () => size.disconnect();
  }, [empty]);
  const all = reps.value;
  if (all.length === 0) return <p class="quiet">The first repetition opens the set.</p>;
  const set = state.value?.set ?? null;
  const line = set?.stop_line ?? null;
  const best = bestRep.value && velocityOf(bestRep.value, primary(state.value));
  const last = all.findLastIndex((rep) => rep.accepted);
  const crowded = all.length > room.value;
  let counted = 0;
  return (
    <div class="bars" data-crowded={crowded} style={{ "--n": all.length }}>
      <ol ref={list} aria-label="Movements of the set">
        {all.map((rep, i) => {
          const velocity = velocities.value[i] ?? null;
          if (rep.accepted) counted++;
          const labelled = !crowded || i === last || (rep === bestRep.value && i < last - 3);
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
              <span class="bar">{rep.accepted ? <u>{`${sideLetter(rep)}${counted}`}</u> : <i>{reason(rep.reject_reason)}</i>}</span>
              {/* below the bars, where neither line can cross it */}
              <b>{labelled && (rep.accepted ? fixed(velocity, 2) : "×")}</b>
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
