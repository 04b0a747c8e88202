// Says when what is on the screen may be old.

import { computed } from "@preact/signals";
import { age } from "../format";
import { link, now, state } from "../store";

const text = computed(() => {
  const { phase, heard, detail } = link.value;
  const old = heard === null ? null : age((now.value - heard) / 1000);
  if (phase === "live") return null;
  if (phase === "refused") return detail ?? "The daemon refused the connection.";
  if (state.value === null) return phase === "lost" ? "The daemon can't be reached. Trying again…" : "Connecting…";
  if (phase === "catching_up") return "Connected again. Catching up…";
  return old === null ? "Network gone. Trying again…" : `Network gone. What you see is ${old} old. Trying again…`;
});

const spoken = computed(() => (link.value.phase === "live" ? "Connected" : link.value.phase === "lost" ? "Network gone" : ""));

export function Banner() {
  return (
    <>
      {text.value !== null && (
        <div class="banner" data-panel="banner" data-phase={link.value.phase}>
          <span>{text}</span>
        </div>
      )}
      <span class="unseen" role="status">
        {spoken}
      </span>
    </>
  );
}
