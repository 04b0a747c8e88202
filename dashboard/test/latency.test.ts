// From the stream's message to the changed page. With BASE_URL it measures a running daemon's own repetitions.

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BASE_URL, launch, mockStage, type Stage } from "./browser.ts";
import { lifting, opening, traceBlocks } from "./mock/story.mjs";

const REPS = 24;
const STATION = process.env["STATION"] ?? null;
/** A daemon lifts in real time: this many repetitions take minutes. */
const PATIENCE_MS = BASE_URL === null ? 60_000 : 600_000;

interface Shown {
  rep: number;
  revision: number;
  /** From the chunk's arrival in the page's script to the change of the page, ms. */
  ms: number;
  /** When the page had changed, ms since the epoch. */
  at: number;
}

/** Runs in the page before its own scripts: notes when a repetition's message arrives and when the page shows it. */
function watchReps(): void {
  const shown: Shown[] = [];
  const waiting = new Map<string, { rep: number; revision: number; arrived: number }>();
  Object.assign(window, { shown });
  const { read } = ReadableStreamDefaultReader.prototype;
  ReadableStreamDefaultReader.prototype.read = function (this: ReadableStreamDefaultReader) {
    return read.call(this).then((result) => {
      const arrived = performance.now();
      if (typeof result.value !== "string") return result;
      for (const [, data] of result.value.matchAll(/event: rep\ndata: (.*)\n/g)) {
        const { id, revision } = JSON.parse(data ?? "") as { id: number; revision: number };
        waiting.set(`${id}.${revision}`, { rep: id, revision, arrived });
      }
      return result;
    });
  } as typeof read;
  new MutationObserver(() => {
    const now = performance.now();
    for (const [key, { rep, revision, arrived }] of waiting) {
      const bar = document.querySelector<HTMLElement>(`[data-rep="${rep}"]`);
      if (bar === null || Number(bar.dataset["revision"]) < revision) continue;
      shown.push({ rep, revision, ms: now - arrived, at: performance.timeOrigin + now });
      waiting.delete(key);
    }
  }).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
}

let browser: Browser;
let stage: Stage | null = null;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  await page.addInitScript(watchReps);
  if (BASE_URL === null) stage = await mockStage();
});
afterAll(async () => {
  await browser.close();
  stage?.end();
});

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

test("a repetition is on the page within 50 ms of its message", { timeout: PATIENCE_MS + 10_000 }, async () => {
  const sent = new Map<number, number>();
  if (stage !== null) {
    const { gym } = stage;
    opening(gym);
    lifting(gym, 2);
    await page.goto(`${stage.url}/station/${stage.station}`);
    await page.waitForSelector("[data-rep]");
    const blocks = traceBlocks(gym, 0, 0.5);
    for (let i = 0; i < REPS; i++) {
      blocks.slice(0, 5).forEach((block) => gym.trace({ ...block, t_s: block.t_s.map((t) => t + i) }));
      if (i % 8 === 7) gym.endSet();
      const before = Date.now();
      sent.set(gym.rep(0.6 - 0.01 * (i % 8)).id, before);
      await page.waitForTimeout(120);
    }
  } else {
    const station = STATION ?? (await firstStation());
    await page.goto(`${BASE_URL}/station/${station}`);
  }
  await page.waitForFunction((reps) => (window as unknown as { shown: Shown[] }).shown.length >= reps, REPS, { timeout: PATIENCE_MS });
  const shown = await page.evaluate(() => (window as unknown as { shown: Shown[] }).shown);
  const inPage = shown.map(({ ms }) => ms);
  const [mid, most] = [median(inPage), Math.max(...inPage)];
  const source = stage === null ? "daemon" : "mock";
  console.log(`figure: message to changed page (${source}, ${shown.length} reps): median ${mid.toFixed(1)} ms, max ${most.toFixed(1)} ms`);
  if (stage !== null) {
    const onTheWay = shown.flatMap(({ rep, revision, at }) => (revision === 1 && sent.has(rep) ? [at - (sent.get(rep) ?? 0)] : []));
    console.log(`figure: server's write to changed page (${onTheWay.length} reps): median ${median(onTheWay).toFixed(1)} ms, max ${Math.max(...onTheWay).toFixed(1)} ms`);
  }
  expect(mid).toBeLessThanOrEqual(50);
  expect(most).toBeLessThanOrEqual(300);
});

async function firstStation(): Promise<string> {
  const { items } = (await (await fetch(`${BASE_URL}/api/v1/stations`)).json()) as { items: { id: string }[] };
  const [first] = items;
  if (!first) throw new Error("the daemon has no station");
  return first.id;
}
