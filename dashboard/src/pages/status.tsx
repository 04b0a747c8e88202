// How daemon, store and sensors are, and what a person should see to.

import { useEffect, useState } from "preact/hooks";
import type { Export, Sensor, Status as StatusView } from "../api";
import * as client from "../client";
import { age, clock, fixed, percent, UNKNOWN } from "../format";
import { Devices } from "../parts/devices";
import { NoticeList } from "../parts/notices";
import { roleInWords } from "../parts/roles";
import { lostPct } from "../parts/sensors";
import { ToastLine } from "../parts/toast";
import { nextTheme, theme } from "../theme";

const EVERY_MS = 2000;

const EXPORT_STATES: Record<Export["state"], string> = {
  up_to_date: "up to date",
  sending: "sending",
  waiting: "waiting for the server",
  paused: "paused: the server takes nothing",
  clock_unset: "waiting for the clock to be set",
};

export function Status() {
  const [status, setStatus] = useState<StatusView | null>(null);
  const [trouble, setTrouble] = useState<client.Trouble | null>(null);
  const [heard, setHeard] = useState<number | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    const load = async () => {
      try {
        setStatus(await client.status());
        setHeard(Date.now());
        setTrouble(null);
      } catch (error) {
        setTrouble(error instanceof client.Trouble ? error : new client.Trouble(String(error), null, 0));
      }
      if (!gone) timer = setTimeout(() => void load(), EVERY_MS);
    };
    void load();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, []);
  const old = heard === null ? "" : ` What you see is ${age((Date.now() - heard) / 1000)} old.`;
  return (
    <main class="page status">
      <header data-panel="header">
        <h1>Status</h1>
        <a href="/">Stations</a>
        <button type="button" class="icon" aria-label={`Colours: ${theme.value}`} title={`Colours: ${theme.value}`} onClick={nextTheme}>
          ◐
        </button>
      </header>
      {trouble && (
        <p class="notice" role="alert" data-panel="trouble">
          <b>{trouble.message}</b> {trouble.hint}
          {old} Trying again…
        </p>
      )}
      {status ? <Parts status={status} /> : <p class="quiet">Waiting for the daemon…</p>}
      <ToastLine />
    </main>
  );
}

function Parts({ status }: { status: StatusView }) {
  const tasks = Object.entries(status.tasks);
  const nameOf = (id: string) => status.sensors.find(({ sensor }) => sensor === id)?.name ?? id;
  const failed = tasks.filter(([, task]) => !task.running).length;
  return (
    <div class="status-grid">
      <section class="panel span" data-panel="warnings" data-state={status.warnings.length === 0 ? "fine" : "near"}>
        <h2>{status.warnings.length === 0 ? "All is well" : "To see to"}</h2>
        {status.warnings.length === 0 && <p class="quiet">No warnings.</p>}
        <ul class="warnings">
          {status.warnings.map(({ what, hint }) => (
            <li key={what}>
              <b>{what}</b>
              <span>{hint}</span>
            </li>
          ))}
        </ul>
      </section>
      <section class="panel" data-panel="daemon">
        <h2>Daemon</h2>
        <Facts
          facts={[
            ["Version", status.version],
            ["Running for", clock(status.uptime_s)],
            ["Gym", `${status.gym.name}, ${status.gym.time_zone}`],
            ["Source", status.source || UNKNOWN],
            ["Clock", status.time_certain ? "synchronised" : "not synchronised yet"],
            ["Inputs", `${count(status.inputs.received)}, ${count(status.inputs.lost)} lost`],
            ["Behind the sensors", `${fixed(status.lag_s, 1)} s`],
            ["Screens connected", count(status.stream_clients)],
          ]}
        />
      </section>
      <section class="panel" data-panel="store">
        <h2>Store</h2>
        <Facts
          facts={[
            ["File", status.store.path],
            ["Size", `${bytes(status.store.bytes)}${status.store.max_bytes === null ? ", no limit" : ` of ${bytes(status.store.max_bytes)}`}`],
            ["Events", count(status.store.seq)],
            ["Raw samples", status.store.raw_stopped ? "not kept any more: full" : "kept"],
            ["Written", `${bytes(status.store.raw_bytes_written)} raw, ${bytes(status.store.event_bytes_written)} events, ${bytes(status.store.wal_bytes_written)} log`],
            ["Last error", status.store.last_error ?? "none"],
          ]}
        />
      </section>
      {status.export && (
        <section class="panel" data-panel="export" data-state={["waiting", "paused"].includes(status.export.state) ? "near" : "fine"}>
          <h2>Export</h2>
          <Facts
            facts={[
              ["To", status.export.destination],
              ["State", EXPORT_STATES[status.export.state]],
              ["Behind", status.export.lag_s > 0 ? clock(status.export.lag_s) : "nothing waits"],
              ["Points", `${count(status.export.points)} told, ${count(status.export.refused)} refused`],
              ["Last error", status.export.last_error ?? "none"],
            ]}
          />
        </section>
      )}
      <section class="panel" data-panel="tasks" data-state={failed > 0 ? "over" : "fine"}>
        <h2>Tasks</h2>
        <ul class="tasks">
          {tasks.map(([name, task]) => (
            <li key={name} data-link={task.running ? "streaming" : "down"}>
              <span class="dot" aria-hidden="true" />
              <b>{name}</b>
              <span>
                {task.running ? "runs" : "doesn't run"}
                {task.restarts > 0 && `, restarts: ${task.restarts}`}
              </span>
              {task.last_error && <small>{task.last_error}</small>}
            </li>
          ))}
        </ul>
        {Object.keys(status.queues).length > 0 && <h2>Queues</h2>}
        <Facts facts={Object.entries(status.queues).map(([name, { length, capacity }]) => [name, `${length} of ${capacity}`])} />
      </section>
      <section class="panel" data-panel="notices">
        <h2>Notices</h2>
        {status.notices.length === 0 && <p class="quiet">Nothing was told.</p>}
        <NoticeList notices={status.notices} zone={status.gym.time_zone} nameOf={nameOf} />
      </section>
      <section class="panel span" data-panel="sensors">
        <h2>Sensors</h2>
        {status.sensors.length === 0 ? <p class="quiet">No sensor has been heard yet.</p> : <SensorTable sensors={status.sensors} />}
      </section>
      <Devices zone={status.gym.time_zone} />
    </div>
  );
}

function Facts({ facts }: { facts: [name: string, value: string][] }) {
  return (
    <dl class="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function SensorTable({ sensors }: { sensors: Sensor[] }) {
  return (
    <table class="sensor-table">
      <thead>
        <tr>
          <th>Sensor</th>
          <th>Role</th>
          <th>Link</th>
          <th>Battery</th>
          <th>Rate</th>
          <th>Lost</th>
        </tr>
      </thead>
      <tbody>
        {sensors.map((sensor) => (
          <tr key={sensor.sensor} data-link={sensor.link}>
            <td data-head="Sensor">
              <b>{sensor.name ?? sensor.sensor}</b>
            </td>
            <td data-head="Role">{roleInWords(sensor)}</td>
            <td data-head="Link">
              <span class="dot" aria-hidden="true" /> {sensor.link}
            </td>
            <td data-head="Battery" title={sensor.battery_pct === null ? "Not told yet" : undefined}>
              {percent(sensor.battery_pct)} %
            </td>
            <td data-head="Rate" title={sensor.sample_rate_hz === null ? "Not measured yet" : undefined}>
              {fixed(sensor.sample_rate_hz, 0)} Hz
            </td>
            <td data-head="Lost">{fixed(lostPct(sensor), 2)} %</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function count(n: number): string {
  return n.toLocaleString("en-GB");
}

function bytes(n: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = n;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
