// Light, dark, or what the device prefers.

import { signal } from "@preact/signals";

export type Theme = "auto" | "dark" | "light";
const KEY = "ironstride.theme";
const ORDER: Theme[] = ["auto", "dark", "light"];

export const theme = signal<Theme>(ORDER.find((known) => known === localStorage.getItem(KEY)) ?? "auto");

export function applyTheme(): void {
  document.documentElement.dataset["theme"] = theme.value;
}

export function nextTheme(): void {
  theme.value = ORDER[(ORDER.indexOf(theme.value) + 1) % ORDER.length] ?? "auto";
  localStorage.setItem(KEY, theme.value);
  applyTheme();
}

/** Calls back when the colours on the page have changed, for what is drawn on a canvas. */
export function onColours(changed: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  system.addEventListener("change", changed);
  const stop = theme.subscribe(changed);
  return () => {
    system.removeEventListener("change", changed);
    stop();
  };
}

/** A colour of the style sheet as the browser has worked it out, for what is drawn on a canvas. */
export function colour(name: string): string {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
