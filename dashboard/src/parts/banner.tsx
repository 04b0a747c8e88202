// Says when what is on the screen may be old, and for a moment what else a person by the wall should know.

import { computed } from "@preact/signals";
import type { Notice } from "../api";
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

/** So long a notice stays on the wall, ms. */
const NOTICE_MS = 20_000;
/** What somebody who trains can or must do something about; the rest can be read on phone and status page. */
const WALL_KINDS: Notice["kind"][] = ["store_full", "incident", "battery_low", "sensor_slow", "refused", "bad_samples", "unknown_sensor"];

const notice = computed(() => {
  const latest = state.value?.notices.find(({ kind }) => WALL_KINDS.includes(kind));
  if (!latest || now.value - latest.received > NOTICE_MS) return null;
  const sensor = latest.sensor && (state.value?.sensors.get(latest.sensor)?.name ?? latest.sensor);
  return sensor ? `${sensor}: ${latest.message}` : latest.message;
});

const spoken = computed(() => (link.value.phase === "live" ? "Connected" : link.value.phase === "lost" ? "Network gone" : ""));

/** The state of the line goes before notices, which the phone shows in a place of their own. */
export function Banner({ notices = false }: { notices?: boolean }) {
  const told = notices && text.value === null ? notice.value : null;
  return (
    <>
      {text.value !== null && (
        <div class="banner" data-panel="banner" data-phase={link.value.phase}>
          <span>{text}</span>
        </div>
      )}
      {told !== null && (
        <div class="banner" data-panel="banner" data-phase="notice">
          <p>{told}</p>
        </div>
      )}
      <span class="unseen" role="status">
        {told ?? spoken}
      </span>
    </>
  );
}
