// What to do, and why.

import { computed } from "@preact/signals";
import type { Advice } from "../api";
import { fixed, fromId } from "../format";
import { advice, state } from "../store";

const spoken = computed(() => (advice.value ? `${advice.value.headline}. ${advice.value.reason}` : ""));

/** Reads new advice aloud; a cue to stop interrupts. */
export function SpokenAdvice() {
  const stop = advice.value?.action.action === "stop_set";
  return (
    <>
      <span class="unseen" role="status" aria-live="polite">
        {stop ? "" : spoken.value}
      </span>
      <span class="unseen" role="alert" aria-live="assertive">
        {stop ? spoken.value : ""}
      </span>
    </>
  );
}

/** Headline and reason; without advice, what can be said instead. */
export function AdviceText() {
  const given = advice.value;
  const [headline, reason] = given ? [given.headline, given.reason] : silence();
  return (
    <>
      <p class="headline" style={{ "--chars": Math.max(8, headline.length) }} data-advice={given?.id}>
        {headline}
      </p>
      <p class="reason" style={{ "--chars": Math.max(20, reason.length) }}>
        {reason}
      </p>
    </>
  );
}

function silence(): [headline: string, reason: string] {
  const now = state.value;
  if (now === null) return ["Waiting for data", "Nothing has come from the daemon yet."];
  const { set, context, exercise } = now;
  if (set?.open && set.stop_line) {
    const { velocity_m_s, velocity_loss_cap_pct } = set.stop_line;
    return [
      "Go on",
      `The set ends below ${fixed(velocity_m_s, 2)} m/s: ${fixed(velocity_loss_cap_pct, 0)} % slower than its best rep.`,
    ];
  }
  if (set?.open) return ["Go on", "The stop line comes with the first counted rep."];
  const missing = [
    !context.athlete && "the athlete",
    !context.exercise && "the exercise",
    context.load_kg === null && "the load",
  ].filter((part) => part !== false);
  if (missing.length > 0) return ["Ready", `For advice, choose ${listed(missing)} on the phone. Velocity shows anyway.`];
  if (set) return ["Set done", "No advice for this set."];
  return ["Ready", `${exercise?.name ?? fromId(context.exercise ?? "")}: the first rep opens the set.`];
}

function listed(words: string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Everything that went into a piece of advice. */
export function Why({ advice }: { advice: Advice }) {
  return (
    <details class="why">
      <summary>Why</summary>
      <dl>
        {[...advice.inputs, { ...advice.threshold, name: `threshold: ${advice.threshold.name}` }].map(({ name, value }) => (
          <div key={name}>
            <dt>{fromId(name)}</dt>
            <dd>{Math.round(value * 1000) / 1000}</dd>
          </div>
        ))}
        <div>
          <dt>Rule</dt>
          <dd>{advice.rule}</dd>
        </div>
        <div>
          <dt>Confidence</dt>
          <dd>{advice.confidence}</dd>
        </div>
      </dl>
      <p class="source">{advice.source}</p>
    </details>
  );
}
