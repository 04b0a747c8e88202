// The session so far: each set in a line, and every repetition's velocity in a chart.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Rep, SetRecord } from "../api";
import * as client from "../client";
import { wish } from "../desk";
import { fixed, percent } from "../format";
import { reps, state } from "../store";
import { colour, onColours } from "../theme";
import { inOrder, primary, velocityOf, worstSide } from "../view";
import { labelsInWords } from "./labels";

export function SessionReview({ station }: { station: string }) {
  const now = state.value;
  const sets = now ? [...(now.set ? [now.set] : []), ...now.previous_sets].reverse() : [];
  const earlier = useEarlierReps(now?.previous_sets ?? []);
  if (now === null || sets.length === 0) return <p class="quiet">The session begins with its first set.</p>;
  const lifted = sets.map((set) => (set.id === now.set?.id ? reps.value : (earlier.get(set.id) ?? [])));
  const which = primary(now);
  const velocities = lifted.map((set) => set.filter((rep) => rep.accepted).map((rep) => velocityOf(rep, which)));
  return (
    <section class="panel session" data-panel="session" aria-label="Session">
      <h2>{which === "peak" ? "Peak" : "Mean"} velocity of each rep, m/s</h2>
      <Chart sets={velocities} />
      <table>
        <thead>
          <tr>
            <th>Set</th>
            <th>Reps</th>
            <th>Best</th>
            <th>Loss</th>
          </tr>
        </thead>
        <tbody>
          {sets.map((set, i) => (
            <SetLine key={set.id} number={i + 1} set={set} />
          ))}
        </tbody>
      </table>
      {now.session && (
        <button type="button" class="wide" onClick={() => void wish(() => client.endSession(station))}>
          End session
        </button>
      )}
    </section>
  );
}

function SetLine({ number, set }: { number: number; set: SetRecord }) {
  const summary = worstSide(set);
  return (
    <tr>
      <td>
        <b>{number}</b> <small>{labelsInWords(set)}</small>
      </td>
      <td>{summary?.reps ?? 0}</td>
      <td>{fixed(summary?.best_velocity_m_s, 2)}</td>
      <td>{percent(summary?.velocity_loss_best_pct)} %</td>
    </tr>
  );
}

/** Repetitions of the sets before the one on show, fetched once for each revision of a set. */
function useEarlierReps(sets: SetRecord[]): ReadonlyMap<number, Rep[]> {
  const [found, setFound] = useState<ReadonlyMap<number, Rep[]>>(new Map());
  const key = sets.map((set) => `${set.id}.${set.revision}`).join();
  useEffect(() => {
    let current = true;
    void Promise.allSettled(sets.map((set) => client.repsOf(set.id))).then((answers) => {
      if (!current) return;
      const lists = answers.map((answer) => (answer.status === "fulfilled" ? answer.value.items.sort(inOrder) : []));
      setFound(new Map(sets.map((set, i) => [set.id, lists[i] ?? []])));
    });
    return () => {
      current = false;
    };
  }, [key]);
  return found;
}

const HEIGHT_PX = 220;

function Chart({ sets }: { sets: (number | null)[][] }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const ends: (() => void)[] = [];
    let gone = false;
    // uPlot is most of this page's code, and only this tab needs it.
    void Promise.all([import("uplot"), import("uplot/dist/uPlot.min.css")]).then(([{ default: Plot }]) => {
      const element = place.current;
      if (gone || element === null) return;
      let plot: uPlot | null = null;
      const draw = () => {
        plot?.destroy();
        plot = new Plot(options(element.clientWidth), columns(sets), element);
      };
      const size = new ResizeObserver(draw); // calls at once, too
      size.observe(element);
      ends.push(() => size.disconnect(), onColours(draw), () => plot?.destroy());
    });
    return () => {
      gone = true;
      ends.forEach((end) => end());
    };
  }, [JSON.stringify(sets)]);
  return <div ref={place} class="chart" role="img" aria-label="Velocity of each repetition, set after set" />;
}

/** x, then all velocities in one column; a hole between two sets. */
export function columns(sets: (number | null)[][]): [number[], (number | null)[]] {
  const values = sets.flatMap((set, i) => (i === 0 ? set : [null, ...set]));
  return [values.map((_, i) => i + 1), values];
}

function options(width: number): uPlot.Options {
  const axis = { font: "14px system-ui, sans-serif", stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  return {
    width,
    height: HEIGHT_PX,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: (_plot, first, last) => [first - 0.5, last + 0.5] }, y: { range: (_plot, _least, most) => [0, Math.max(0.6, (most ?? 0) * 1.1)] } },
    axes: [{ show: false }, { ...axis, size: 44, values: (_plot, ticks) => ticks.map((tick) => tick.toFixed(1)) }],
    series: [
      {},
      {
        stroke: colour("--accent"),
        width: 2,
        points: { show: true, size: 8, fill: colour("--accent") },
      },
    ],
  };
}
