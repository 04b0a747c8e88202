// What the daemon tells people: a store that is full, a sensor in trouble.

import { signal } from "@preact/signals";
import type { Notice } from "../api";
import { time } from "../format";
import { state } from "../store";

/** Notices that this device has put away, by when they were heard. */
const putAwayUntil = signal(0);

/** The latest notices, until somebody has read them. */
export function Notices() {
  const now = state.value;
  const unread = now?.notices.filter((notice) => notice.received > putAwayUntil.value) ?? [];
  if (now === null || unread.length === 0) return null;
  return (
    <section class="notice notices" role="status" data-panel="notices" aria-label="Notices">
      <NoticeList notices={unread} zone={now.gym.time_zone} nameOf={(id) => now.sensors.get(id)?.name ?? id} />
      <button type="button" onClick={() => (putAwayUntil.value = Math.max(...unread.map((notice) => notice.received)))}>
        OK
      </button>
    </section>
  );
}

interface NoticeListProps {
  notices: Notice[];
  zone: string | undefined;
  /** A sensor's name for people. */
  nameOf: (sensor: string) => string;
}

export function NoticeList({ notices, zone, nameOf }: NoticeListProps) {
  return (
    <ul>
      {notices.map(({ at, kind, sensor, message }, i) => (
        <li key={`${at} ${kind} ${i}`} data-kind={kind}>
          <small>{time(at, zone)}</small> {sensor && <b>{nameOf(sensor)}: </b>}
          {message}
        </li>
      ))}
    </ul>
  );
}
