// The bar's velocity as on an oscilloscope: a pen that sweeps from left to right and begins again. Only what is new is
// drawn, once for each message, so that a Raspberry Pi's browser has next to nothing to do.

import type { Trace } from "./api";

const WINDOW_S = 8;
/** Blank space ahead of the pen. */
const GAP_S = 0.35;
/** Full scales, m/s; the smallest that fits. */
const SCALES = [1, 1.5, 2, 3, 4, 6];

/** Slower than this a bar is held, not lifted. */
const STILL_M_S = 0.05;

interface Lane {
  t: number[];
  v: number[];
  scale: number;
}

export interface TraceColours {
  up: string;
  down: string;
  axis: string;
}

export class TraceStrip {
  #lanes = new Map<string, Lane>();
  #context: CanvasRenderingContext2D | null;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private colours: TraceColours,
  ) {
    this.#context = canvas.getContext("2d");
  }

  /** Fits the drawing to the canvas' size on the page. */
  resize(): void {
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(1, Math.round(this.canvas.clientWidth * ratio));
    this.canvas.height = Math.max(1, Math.round(this.canvas.clientHeight * ratio));
    this.#redraw();
  }

  recolour(colours: TraceColours): void {
    this.colours = colours;
    this.#redraw();
  }

  push({ sensor, t_s, velocity_m_s }: Trace): void {
    let lane = this.#lanes.get(sensor);
    const fresh = lane === undefined;
    lane ??= { t: [], v: [], scale: SCALES[0]! };
    this.#lanes.set(sensor, lane);
    // Time runs backwards where the sensor has started anew.
    if ((t_s[0] ?? Infinity) < (lane.t.at(-1) ?? -Infinity)) Object.assign(lane, { t: [], v: [] });
    const from = lane.t.length;
    for (let i = 0; i < t_s.length; i++) {
      lane.t.push(t_s[i]!);
      lane.v.push(velocity_m_s[i]!);
    }
    const needed = fits(Math.max(...velocity_m_s.map(Math.abs)));
    const grown = needed > lane.scale;
    if (grown) lane.scale = needed;
    if (fresh || grown) this.#redraw();
    else this.#draw(lane, Math.max(0, from - 1));
    this.#forget(lane);
  }

  #forget(lane: Lane): void {
    const horizon = (lane.t.at(-1) ?? 0) - WINDOW_S + GAP_S;
    const first = lane.t.findIndex((t) => t >= horizon);
    if (first > 0) {
      lane.t.splice(0, first);
      lane.v.splice(0, first);
    }
  }

  #redraw(): void {
    this.#context?.clearRect(0, 0, this.canvas.width, this.canvas.height);
    for (const lane of this.#lanes.values()) this.#draw(lane, 0);
  }

  /** Draws the points of a lane from an index on, and wipes the space ahead of the pen. */
  #draw(lane: Lane, from: number): void {
    const pen = this.#context;
    if (pen === null) return;
    const { width, height: full } = this.canvas;
    const index = [...this.#lanes.values()].indexOf(lane);
    const height = full / this.#lanes.size;
    const top = index * height;
    const middle = top + height / 2;
    const x = (t: number) => ((t % WINDOW_S) / WINDOW_S) * width;
    const y = (v: number) => middle - (v / lane.scale) * (height / 2 - 2);
    const wipe = (left: number, right: number) => {
      pen.clearRect(left, top, right - left, height);
      pen.fillStyle = this.colours.axis;
      pen.fillRect(left, Math.round(middle), right - left, 1);
    };
    const ahead = (GAP_S / WINDOW_S) * width;
    pen.lineWidth = Math.max(2, height / 40);
    pen.lineCap = "round";
    for (let i = Math.max(1, from + 1); i < lane.t.length; i++) {
      const [x0, x1] = [x(lane.t[i - 1]!), x(lane.t[i]!)];
      if (x1 < x0) {
        wipe(0, x1 + ahead);
        continue;
      }
      wipe(x0 + pen.lineWidth, Math.min(width, x1 + ahead));
      if (lane.t[i]! - lane.t[i - 1]! > GAP_S) continue; // a hole stays a hole
      pen.strokeStyle = lane.v[i]! > STILL_M_S ? this.colours.up : this.colours.down;
      pen.beginPath();
      pen.moveTo(x0, y(lane.v[i - 1]!));
      pen.lineTo(x1, y(lane.v[i]!));
      pen.stroke();
    }
  }
}

function fits(velocity: number): number {
  return SCALES.find((scale) => velocity <= scale) ?? SCALES.at(-1)!;
}
