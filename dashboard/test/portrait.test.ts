// The picture in the project's README: the wall beside `ironstride demo`, at the moment when the coach ends a set.

import { mkdir } from "node:fs/promises";
import { test } from "vitest";
import { BASE_URL, launch } from "./browser.ts";

const PICTURES = process.env["SCREENSHOTS"] ?? new URL("../screenshots", import.meta.url).pathname;
const STATION = process.env["STATION"] ?? "rack-1";
/** The demo lifts in real time: a set and a rest may have to pass. */
const PATIENCE_MS = 300_000;

test.skipIf(BASE_URL === null)("the wall when the coach ends a set", { timeout: PATIENCE_MS }, async () => {
  const browser = await launch();
  try {
    const page = await browser.newPage({ viewport: { width: 1920, height: 1080 }, colorScheme: "dark" });
    await page.goto(`${BASE_URL}/station/${STATION}`);
    // not the end of a set that was over before, which lacks the trace
    await page.waitForSelector("[data-verb=continue_set], [data-rep]", { timeout: PATIENCE_MS });
    await page.waitForSelector("[data-verb=stop_set]", { timeout: PATIENCE_MS });
    await mkdir(PICTURES, { recursive: true });
    await page.screenshot({ path: `${PICTURES}/station.png` });
  } finally {
    await browser.close();
  }
});
