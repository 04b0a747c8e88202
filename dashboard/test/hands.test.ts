// What hands do: keys on the wall, a thumb on the phone.

import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { launch, layoutFaults, mockStage, type Stage } from "./browser.ts";
import { lifting, opening, resting, stop } from "./mock/story.mjs";

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
});
afterEach(async () => {
  await page.close();
  stage.end();
});

async function open(path: string, ready: string, size = { width: 390, height: 844 }): Promise<void> {
  page = await browser.newPage({ viewport: size });
  await page.goto(stage.url + path);
  await page.waitForSelector(ready);
}

describe("the wall", () => {
  const wall = () => open(`/station/${stage.station}`, ".headline", { width: 1920, height: 1080 });

  test("? lists the keys, Escape closes, t changes the colours", async () => {
    await wall();
    await page.keyboard.press("?");
    expect(await page.locator("dialog[open] kbd").count()).toBeGreaterThan(4);
    await page.keyboard.press("Escape");
    expect(await page.locator("dialog[open]").count()).toBe(0);
    await page.keyboard.press("t");
    expect(await page.locator("html").getAttribute("data-theme")).toBe("dark");
    await page.keyboard.press("t");
    expect(await page.locator("html").getAttribute("data-theme")).toBe("light");
  });

  test("advice is read aloud, a cue to stop at once", async () => {
    opening(stage.gym);
    await wall();
    lifting(stage.gym, 6);
    stop(stage.gym);
    await page.locator("[role=alert]", { hasText: "Stop the set. Best rep 0.64" }).waitFor({ state: "attached" });
    resting(stage.gym);
    await page.locator("[aria-live=polite]", { hasText: "Next set: 105 kg" }).waitFor({ state: "attached" });
    expect(await page.locator("[role=alert]").textContent()).toBe("");
  });

  test("what is unknown is a dash with a reason", async () => {
    await wall();
    for (const figure of ["velocity", "reps", "loss", "rest", "load"]) {
      const place = page.locator(`[data-figure=${figure}]`);
      expect(await place.textContent(), figure).toBe("–");
      const reason = await place.evaluate((element) => element.closest("[title]")?.getAttribute("title"));
      expect(reason, figure).toBeTruthy();
    }
  });

  test("what a person by the wall can mend is told for a while", async () => {
    opening(stage.gym);
    page = await browser.newPage({ viewport: { width: 1024, height: 768 } });
    await page.clock.install();
    await page.goto(`${stage.url}/station/${stage.station}`);
    await page.waitForSelector(".headline");
    stage.gym.notice({ kind: "samples_lost", sensor: "C4:64:E3:00:00:01", message: "12 samples were lost for good" });
    stage.gym.notice({ kind: "battery_low", sensor: "C4:64:E3:00:00:01", message: "battery at 9 %" });
    await page.locator(".banner", { hasText: "Rack 1 bar: battery at 9 %" }).waitFor();
    await page.clock.fastForward(25_000);
    await expect.poll(() => page.locator(".banner", { hasText: "battery" }).count()).toBe(0);
  });

  test("one station is gone to straight from /", async () => {
    await open("/", ".headline", { width: 1024, height: 768 });
    expect(new URL(page.url()).pathname).toBe(`/station/${stage.station}`);
  });
});

describe("the status", () => {
  test("a device's right to change things is taken back with two taps", async () => {
    await open("/status", ".devices li");
    await page.getByRole("button", { name: "Take the right from coach's phone" }).click();
    expect(stage.gym.tokens).toHaveLength(2);
    await page.getByRole("button", { name: "Really take the right from coach's phone" }).click();
    await expect.poll(() => stage.gym.tokens.map(({ name }) => name)).toEqual(["tablet by the door"]);
    await expect.poll(() => page.locator(".devices li").count()).toBe(1);
  });
});

describe("the phone", () => {
  const phone = () => open(`/phone/${stage.station}`, ".labels");

  test("athlete, exercise and load in three taps", async () => {
    opening(stage.gym);
    lifting(stage.gym, 2);
    resting(stage.gym);
    stage.gym.say({ athlete: null, exercise: null, load_kg: null });
    await phone();
    await page.getByRole("button", { name: "Jonas Weber" }).click();
    await page.getByRole("button", { name: "Bench press" }).click();
    await page.getByRole("button", { name: "Add 2.5 kg" }).click();
    await expect.poll(() => stage.gym.context).toMatchObject({ athlete: "jonas", exercise: "bench_press", load_kg: 20 });
    // and what this athlete did last comes back with one tap
    await page.getByRole("button", { name: "Mara Lind" }).click();
    await expect.poll(() => stage.gym.context).toMatchObject({ athlete: "mara", exercise: "back_squat", load_kg: 100 });
  });

  test("search, keypad and steppers", async () => {
    opening(stage.gym);
    await phone();
    await page.getByRole("button", { name: "All exercises" }).click();
    await page.getByRole("searchbox").fill("rdl");
    await page.screenshot({ path: `${PICTURES}/phone-search-390x844.png` });
    await page.keyboard.press("Enter");
    await expect.poll(() => stage.gym.context.exercise).toBe("romanian_deadlift");
    expect(stage.gym.context.load_kg).toBe(null);
    await page.getByRole("button", { name: /type another/ }).click();
    for (const key of ["8", "2", ".", "5"]) await page.getByRole("button", { name: key, exact: true }).click();
    await page.screenshot({ path: `${PICTURES}/phone-keypad-390x844.png` });
    expect(await layoutFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Set load" }).click();
    for (let i = 0; i < 3; i++) await page.getByRole("button", { name: "Add 5 kg" }).click();
    await expect.poll(() => stage.gym.context.load_kg).toBe(97.5);
  });

  test("a rep is dropped with one tap, and undone with another", async () => {
    opening(stage.gym);
    lifting(stage.gym, 3);
    await phone();
    const dropped = [...stage.gym.reps.values()].at(-1);
    await page.locator(`[data-rep="${dropped?.id}"]`).click();
    await expect.poll(() => stage.gym.reps.get(dropped?.id ?? 0)?.accepted).toBe(false);
    await page.locator("[data-figure=reps]", { hasText: "2" }).waitFor();
    await page.screenshot({ path: `${PICTURES}/phone-undo-390x844.png` });
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => stage.gym.reps.get(dropped?.id ?? 0)?.accepted).toBe(true);
    const unrack = [...stage.gym.reps.values()].at(0);
    await page.locator(`[data-rep="${unrack?.id}"]`).click();
    await expect.poll(() => stage.gym.reps.get(unrack?.id ?? 0)?.accepted).toBe(true);
  });

  test("an unlabelled set waits in the inbox and is labelled there", async () => {
    lifting(stage.gym, 3);
    stage.gym.endSet();
    opening(stage.gym);
    await phone();
    await page.getByRole("button", { name: /Inbox\s*1/ }).click();
    await page.getByRole("button", { name: /missing athlete, exercise, load/ }).click();
    const set = page.locator(".inbox");
    await set.getByRole("button", { name: "Mara Lind" }).click();
    await set.getByRole("button", { name: "Back squat" }).click();
    await set.getByRole("button", { name: "Add 5 kg" }).click();
    await set.getByText("Without a target no next load is advised.").waitFor();
    await set.getByRole("button", { name: "Target 0.05 m/s faster" }).click();
    expect(await layoutFaults(page)).toEqual([]);
    await page.screenshot({ path: `${PICTURES}/phone-inbox-390x844.png` });
    await set.getByRole("button", { name: "Save labels" }).click();
    await page.getByText("Every set has its labels.").waitFor();
    const labelled = stage.gym.sets[0];
    expect(labelled).toMatchObject({ athlete: "mara", exercise: "back_squat", load_kg: 20 });
    expect(stage.gym.targets.get(labelled?.id ?? 0)).toBe(0.5);
  });

  test("a target is stepped, cleared, and stays with athlete and exercise", async () => {
    opening(stage.gym);
    await phone();
    const [slower, faster] = [page.getByRole("button", { name: /m\/s slower/ }), page.getByRole("button", { name: /m\/s faster/ })];
    for (let i = 0; i < 2; i++) await faster.click();
    await expect.poll(() => stage.gym.context.target_velocity_m_s).toBe(0.65);
    expect(await page.getByText("no next load is advised").count()).toBe(0);
    await page.getByRole("button", { name: "Bench press" }).click();
    await expect.poll(() => stage.gym.context.target_velocity_m_s).toBe(null);
    await page.getByText("Without a target no next load is advised.").waitFor();
    await slower.click();
    await expect.poll(() => stage.gym.context.target_velocity_m_s).toBe(0.5);
    await page.getByRole("button", { name: "Back squat" }).click();
    await expect.poll(() => stage.gym.context).toMatchObject({ exercise: "back_squat", target_velocity_m_s: 0.65 });
    await page.getByRole("button", { name: "No target" }).click();
    await expect.poll(() => stage.gym.context.target_velocity_m_s).toBe(null);
  });

  test("left and right are told apart where one sensor sees both", async () => {
    opening(stage.gym);
    lifting(stage.gym, 2);
    await phone();
    expect(await page.getByRole("button", { name: "Left", exact: true }).count()).toBe(0);
    stage.gym.say({ exercise: "split_squat" });
    await page.getByRole("button", { name: "Left", exact: true }).click();
    const rep = [...stage.gym.reps.values()].at(-1)?.id ?? 0;
    const side = () => stage.gym.reps.get(rep)?.side;
    const tap = () => page.locator(`[data-rep="${rep}"]`).click();
    await tap();
    await expect.poll(side).toBe("left");
    expect(stage.gym.reps.get(rep)?.accepted).toBe(true);
    await page.locator(`[data-rep="${rep}"]`, { hasText: "rep 2 left" }).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(side).toBe(null);
    await page.getByRole("button", { name: "Right", exact: true }).click();
    await tap();
    await expect.poll(side).toBe("right");
    await page.locator(`[data-rep="${rep}"]`, { hasText: "right" }).waitFor();
    await tap();
    await expect.poll(side).toBe(null);
  });

  test("an athlete is added where one is chosen, and weighed later", async () => {
    opening(stage.gym);
    await phone();
    await page.getByRole("button", { name: "All athletes" }).click();
    await page.getByRole("button", { name: "New athlete…" }).click();
    await page.getByLabel("Name").fill("Zoë Öz");
    await page.getByLabel("Body mass, kg").fill("64.5");
    await page.screenshot({ path: `${PICTURES}/phone-athlete-390x844.png` });
    expect(await layoutFaults(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await expect.poll(() => stage.gym.context.athlete).toBe("zoe-oz");
    await page.getByRole("button", { name: "Setup" }).click();
    await page.getByRole("button", { name: "Zoë Öz 64.5 kg" }).click();
    await page.getByLabel("Body mass, kg").fill("63");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("button", { name: "Zoë Öz 63 kg" }).waitFor();
    expect(stage.gym.athletes).toHaveLength(5);
  });

  test("a sensor gets a role, another one, and none", async () => {
    opening(stage.gym);
    const id = "C4:64:E3:00:00:03";
    stage.gym.sensor({ sensor: id, link: "up" });
    await phone();
    await page.getByRole("button", { name: /Setup\s*1/ }).click();
    const edit = () => page.getByRole("button", { name: /^(C4:64:E3:00:00:03|Spare) / }).click();
    const save = () => page.getByRole("button", { name: "Save" }).click();
    const role = () => stage.gym.sensors.get(id)?.role;
    await edit();
    await page.getByLabel("Name").fill("Spare");
    await page.getByLabel("It is on").selectOption("a bar");
    await page.getByLabel("Fixed to").selectOption("collar");
    await page.screenshot({ path: `${PICTURES}/phone-sensor-390x844.png` });
    expect(await layoutFaults(page)).toEqual([]);
    await save();
    await expect.poll(role).toEqual({ role: "bar", station: stage.station, mount: "collar", side: null });
    await edit();
    await page.getByLabel("It is on").selectOption("a shoe");
    await page.getByLabel("Whose").selectOption("Tom Brandt");
    await save();
    await expect.poll(role).toEqual({ role: "footpod", athlete: "tom", foot: null });
    await edit();
    await page.getByLabel("It is on").selectOption("nothing");
    await save();
    await expect.poll(() => stage.gym.sensors.get(id)).toMatchObject({ name: "Spare", role: null });
  });

  test("what the daemon tells is shown until it is read", async () => {
    opening(stage.gym);
    await phone();
    stage.gym.notice({ kind: "samples_lost", sensor: "C4:64:E3:00:00:01", message: "12 samples were lost for good" });
    await page.getByText("Rack 1 bar: 12 samples were lost for good").waitFor();
    await page.getByRole("button", { name: "OK" }).click();
    await expect.poll(() => page.locator("[data-panel=notices]").count()).toBe(0);
    stage.gym.notice({ kind: "store_full", message: "raw samples are not kept any more" });
    await page.getByText("raw samples are not kept any more").waitFor();
  });

  test("the session is charted set after set", async () => {
    opening(stage.gym);
    for (let i = 0; i < 3; i++) {
      lifting(stage.gym, 6);
      resting(stage.gym);
    }
    await phone();
    await page.getByRole("button", { name: "Session" }).click();
    await page.locator(".u-over").waitFor();
    expect(await page.locator("tbody tr").count()).toBe(3);
    expect(await layoutFaults(page)).toEqual([]);
    await page.screenshot({ path: `${PICTURES}/phone-session-390x844.png` });
  });

  test("without the right to change it says so, and the token from the link helps", async () => {
    opening(stage.gym);
    lifting(stage.gym, 2);
    stage.gym.guarded = true;
    await phone();
    await page.getByRole("button", { name: "End set" }).click();
    await page.getByText("This device may look, but not change.").first().waitFor();
    expect(stage.gym.set?.open).toBe(true);
    await page.screenshot({ path: `${PICTURES}/phone-forbidden-390x844.png` });
    await page.goto("about:blank");
    await page.goto(`${stage.url}/phone/${stage.station}#token=${stage.gym.token}`);
    await page.getByRole("button", { name: "End set" }).click();
    await expect.poll(() => stage.gym.set?.open).toBe(false);
    expect(page.url()).not.toContain("token");
  });

  test("a change made elsewhere meanwhile is not overwritten", async () => {
    opening(stage.gym);
    await phone();
    const { context } = stage.gym;
    await page.route("**/context", async (route) => {
      stage.gym.say({ load_kg: 60 });
      await route.continue();
    });
    await page.getByRole("button", { name: "Add 5 kg" }).click();
    await page.getByText("Somebody else has just changed this.").waitFor();
    expect(stage.gym.context.load_kg).toBe(60);
    expect(context.load_kg).toBe(100);
  });

  test("taps in quick succession over a slow network all arrive", async () => {
    opening(stage.gym);
    lifting(stage.gym, 1);
    await phone();
    await page.route("**/context", async (route) => {
      await new Promise((late) => setTimeout(late, 400));
      await route.continue();
    });
    await page.getByRole("button", { name: "Jonas Weber" }).click();
    await page.waitForTimeout(50);
    await page.getByRole("button", { name: "Deadlift" }).click();
    await page.waitForTimeout(50);
    await page.getByRole("button", { name: "Add 5 kg" }).click();
    await page.getByRole("button", { name: "Add 5 kg" }).click();
    await expect.poll(() => stage.gym.context, { timeout: 5000 }).toMatchObject({ athlete: "jonas", exercise: "deadlift", load_kg: 25 });
  });

  test("all of it can be reached by keyboard, and focus is seen", async () => {
    opening(stage.gym);
    lifting(stage.gym, 2);
    await phone();
    const reached = new Set<string>();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === null || element === document.body) return null;
        return { name: element.getAttribute("aria-label") ?? element.textContent, outline: getComputedStyle(element).outlineStyle };
      });
      if (at === null) continue; // the browser's own window has its turn, too
      reached.add(at.name ?? "");
      expect(at.outline, at.name ?? "").not.toBe("none");
    }
    for (const name of ["Mara Lind", "Back squat", "Add 2.5 kg", "End set", "Inbox"]) {
      expect([...reached].some((one) => one.includes(name)), `${name} in ${[...reached].join(" | ")}`).toBe(true);
    }
  });
});
