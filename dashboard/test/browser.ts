// Chromium, the pages in it, and the cable between them.

import { connect, createServer, type Socket } from "node:net";
import { type Browser, chromium, type Page } from "playwright-core";
import { Gym } from "./mock/gym.mjs";
import { serve } from "./mock/server.mjs";

/** Where a running daemon is, to test the pages with it instead of with the mock gym. */
export const BASE_URL = process.env["DAEMON_URL"] ?? null;

const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--no-first-run",
    ],
  });
}

/** A TCP cable to a server that can be pulled and plugged in again. */
export class Cable {
  #plugged = true;
  #sockets = new Set<Socket>();

  private constructor(
    readonly url: string,
    private readonly close: () => void,
  ) {}

  static async to(port: number, host = "127.0.0.1"): Promise<Cable> {
    const server = createServer((socket) => cable.#join(socket, connect(port, host)));
    const listening = await new Promise<number>((done) =>
      server.listen(0, "127.0.0.1", () => done((server.address() as { port: number }).port)),
    );
    const cable = new Cable(`http://127.0.0.1:${listening}`, () => server.close());
    return cable;
  }

  #join(near: Socket, far: Socket): void {
    if (!this.#plugged) near.destroy();
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      this.#sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    near.pipe(far).pipe(near);
  }

  pull(): void {
    this.#plugged = false;
    this.#sockets.forEach((socket) => socket.destroy());
  }

  /** Nothing comes through any more, and nobody is told: a router that has lost its power. */
  freeze(): void {
    this.#sockets.forEach((socket) => socket.unpipe());
  }

  plugIn(): void {
    this.#plugged = true;
  }

  cut(): void {
    this.pull();
    this.close();
  }
}

export interface Stage {
  gym: Gym;
  cable: Cable;
  url: string;
  station: string;
  end: () => void;
}

/** A mock gym behind a cable. */
export async function mockStage(): Promise<Stage> {
  const gym = new Gym();
  const server = await serve(gym);
  const cable = await Cable.to(server.port);
  return {
    gym,
    cable,
    url: cable.url,
    station: gym.station.id,
    end: () => {
      cable.cut();
      server.close();
    },
  };
}

/** What keeps a page from being readable: sideways scrolling, panels on top of each other, text that is cut off. */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) faults.push(`page scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`);
    const panels = [...document.querySelectorAll<HTMLElement>("[data-panel]")].map((element) => {
      const fixed = getComputedStyle(element).position === "fixed";
      return { name: element.dataset["panel"], fixed, box: element.getBoundingClientRect(), element };
    });
    for (const [i, a] of panels.entries()) {
      if (a.box.left < -0.5 || a.box.right > root.clientWidth + 0.5) faults.push(`${a.name} sticks out of the page`);
      for (const b of panels.slice(i + 1)) {
        if (a.fixed || b.fixed) continue;
        const w = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
        const h = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
        if (w > 0.5 && h > 0.5) faults.push(`${a.name} and ${b.name} overlap by ${w.toFixed(0)} × ${h.toFixed(0)} px`);
      }
      // what is inside must not be wider or taller than its panel
      for (const child of a.element.querySelectorAll<HTMLElement>("p, h1, h2, button, .plates, canvas")) {
        const box = child.getBoundingClientRect();
        if (!child.checkVisibility() || child.closest("dialog, .unseen")) continue;
        const out = Math.max(a.box.left - box.left, box.right - a.box.right, a.box.top - box.top, box.bottom - a.box.bottom);
        const cut = child.scrollWidth - child.clientWidth;
        const mayBeCut = getComputedStyle(child).textOverflow === "ellipsis";
        if (cut > 1 && !mayBeCut && child.clientWidth > 0) {
          faults.push(`in ${a.name}: ${child.className || child.tagName} "${child.textContent}" needs ${cut} px more`);
        }
        const hidden = child.scrollHeight - child.clientHeight;
        if (child.matches(".headline, .reason") && hidden > child.clientHeight * 0.4) {
          faults.push(`in ${a.name}: "${child.textContent}" lacks ${hidden} px of height`);
        }
        if (out > 1) faults.push(`in ${a.name}: ${child.className || child.tagName} sticks out by ${out.toFixed(0)} px`);
      }
    }
    const labels = [...document.querySelectorAll(".bars li > b")].filter((label) => label.textContent).map((label) => {
      const range = document.createRange();
      range.selectNodeContents(label);
      return { text: label.textContent, box: range.getBoundingClientRect() };
    });
    for (const [i, label] of labels.entries()) {
      const next = labels[i + 1];
      if (next && next.box.left < label.box.right) faults.push(`labels ${label.text} and ${next.text} overlap`);
    }
    return faults;
  });
}

/** The smallest font size of any text on the page, px, and the text. */
export function leastText(page: Page): Promise<{ px: number; text: string }> {
  return page.evaluate(() => {
    let least = { px: Infinity, text: "" };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.textContent?.trim() || !element || element.closest(".unseen, dialog, noscript")) continue;
      const px = parseFloat(getComputedStyle(element).fontSize);
      if (px < least.px) least = { px, text: node.textContent };
    }
    return least;
  });
}
