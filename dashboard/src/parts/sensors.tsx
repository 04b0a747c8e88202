// Whether the sensors of the station can be trusted right now.

import type { Sensor } from "../api";
import { fixed, percent } from "../format";
import { athleteName, state } from "../store";

export const LINKS: Record<Sensor["link"], string> = {
  streaming: "live",
  up: "connected",
  stalled: "silent",
  down: "not connected",
};

const LOW_BATTERY_PCT = 15;
/** More lost samples than this are worth a word. */
const LOSS_WORTH_TELLING_PCT = 0.5;

export function lostPct(sensor: Sensor): number | null {
  const all = sensor.samples + sensor.lost_samples;
  return all === 0 ? null : (100 * sensor.lost_samples) / all;
}

function nameOf(sensor: Sensor): string {
  if (sensor.role?.role === "footpod") return "Footpod";
  if (sensor.role?.role === "strap") return "Strap";
  if (sensor.role?.role === "treadmill") return "Treadmill";
  if (sensor.role?.role === "bar" && sensor.role.side) return sensor.role.side === "left" ? "Left" : "Right";
  return "Bar";
}

export function Sensors() {
  const all = [...(state.value?.sensors.values() ?? [])].filter((sensor) => sensor.role !== null);
  if (state.value === null) return null;
  if (all.length === 0) return <p class="sensors">No sensor</p>;
  return (
    <ul class="sensors" aria-label="Sensors">
      {all.map((sensor) => {
        const lost = lostPct(sensor);
        const told = lost !== null && lost >= LOSS_WORTH_TELLING_PCT;
        return (
          <li key={sensor.sensor} data-link={sensor.link} title={details(sensor)}>
            <span class="dot" aria-hidden="true" /> {nameOf(sensor)} {LINKS[sensor.link]}
            <span data-low={sensor.battery_pct !== null && sensor.battery_pct <= LOW_BATTERY_PCT}>
              {" "}
              {percent(sensor.battery_pct)} %
            </span>
            {sensor.slow && <span data-low="true"> slow</span>}
            {told && <span data-low="true"> lost {fixed(lost, lost < 10 ? 1 : 0)} %</span>}
          </li>
        );
      })}
    </ul>
  );
}

function details(sensor: Sensor): string {
  const { role } = sensor;
  return [
    sensor.name ?? sensor.sensor,
    role?.role === "footpod" || role?.role === "strap" ? `on ${athleteName(role.athlete) ?? "somebody"}` : null,
    sensor.battery_pct === null ? "battery not told yet" : `battery ${percent(sensor.battery_pct)} %`,
    sensor.sample_rate_hz === null ? null : `${fixed(sensor.sample_rate_hz, 0)} Hz`,
    `${sensor.samples} samples, ${sensor.lost_samples} lost, ${sensor.undecoded} not understood`,
  ].filter((part) => part !== null).join(" · ");
}
