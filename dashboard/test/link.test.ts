// The network goes and comes back: the page says so, keeps what it had, and catches up without losing or repeating.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { launch, layoutFaults, mockStage, type Stage } from "./browser.ts";
import { lifting, opening } from "./mock/story.mjs";

const PICTURES = process.env["SCREENSHOTS"] ?? new URL("../screenshots", import.meta.url).pathname;

let browser: Browser;
let stage: Stage;
let page: Page;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());
beforeEach(async () => {
  stage = await mockStage();
  opening(stage.gym);
  lifting(stage.gym, 3);
  page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  await page.goto(`${stage.url}/station/${stage.station}`);
  await page.waitForSelector("[data-rep]");
});
afterEach(async () => {
  await page.close();
  stage.end();
});

const bars = () => page.locator(".bars li").count();

test("a pulled cable is told with the age of the data, and what was missed comes in", async () => {
  expect(await page.locator(".banner").count()).toBe(0);
  stage.cable.pull();
  await page.locator(".banner", { hasText: "Network gone" }).waitFor();
  await page.locator(".banner", { hasText: /\d+ s old/ }).waitFor();
  expect(await page.locator("[data-figure=velocity]").textContent()).toBe("0.62");
  expect(await layoutFaults(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBeLessThanOrEqual(1080);
  await page.screenshot({ path: `${PICTURES}/station-offline-1920x1080.png` });

  const before = await bars();
  stage.gym.rep(0.57);
  stage.gym.rep(0.55);
  const dropped = stage.gym.rep(0.2, { accepted: false, reject_reason: "too_small" });
  stage.gym.reviseRep(dropped.id, { stage: "final" });
  stage.cable.plugIn();
  await page.locator(".banner").waitFor({ state: "detached" });
  expect(await bars()).toBe(before + 3);
  expect(await page.locator("[data-figure=velocity]").textContent()).toBe("0.55");
  expect(await page.locator(`[data-rep="${dropped.id}"]`).getAttribute("data-revision")).toBe("2");
});

test("a line that has gone silent without a word is noticed, and taken up again", async () => {
  await page.clock.install();
  await page.reload();
  await page.waitForSelector("[data-rep]");
  await page.clock.runFor(14_000);
  expect(await page.locator(".banner").count()).toBe(0);
  stage.cable.freeze();
  stage.gym.rep(0.57);
  await page.clock.runFor(16_000);
  await page.locator(".banner").waitFor();
  await page.clock.runFor(2_000);
  await page.locator(".banner").waitFor({ state: "detached" });
  expect(await page.locator("[data-figure=velocity]").textContent()).toBe("0.57");
});

test("a set that ended and one that began while the cable was out are both right afterwards", async () => {
  stage.cable.pull();
  await page.locator(".banner", { hasText: "Network gone" }).waitFor();
  stage.gym.endSet();
  stage.gym.say({ load_kg: 110 });
  stage.gym.rep(0.49);
  stage.cable.plugIn();
  await page.locator(".banner").waitFor({ state: "detached" });
  expect(await bars()).toBe(1);
  expect(await page.locator("[data-figure=load]").textContent()).toBe("110");
});

test("a daemon with another journal makes the page begin anew", async () => {
  stage.cable.pull();
  await page.locator(".banner", { hasText: "Network gone" }).waitFor();
  const { gym } = stage;
  Object.assign(gym, { seq: 3, journal: [], sets: [], reps: new Map(), session: null });
  gym.rep(0.71);
  stage.cable.plugIn();
  await page.locator(".banner").waitFor({ state: "detached" });
  expect(await bars()).toBe(1);
  expect(await page.locator("[data-figure=velocity]").textContent()).toBe("0.71");
});
