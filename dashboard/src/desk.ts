// What a person changes from the phone: one wish at a time, with a word when it didn't work.

import { signal } from "@preact/signals";
import type { Context, Rep, SetRecord, Side } from "./api";
import * as client from "./client";
import { fixed, reason } from "./format";
import { state } from "./store";
import { primary, velocityOf } from "./view";

export interface Toast {
  text: string;
  hint: string | null;
  undo: (() => void) | null;
}

export const toast = signal<Toast | null>(null);
/** Set when the daemon said that this device may not change anything. */
export const forbidden = signal<string | null>(null);
/** A change is on its way. */
export const busy = signal(false);

const TOAST_MS = 6000;
let toastTimer: ReturnType<typeof setTimeout> | undefined;

function say(text: string, hint: string | null = null, undo: Toast["undo"] = null): void {
  clearTimeout(toastTimer);
  toast.value = { text, hint, undo };
  toastTimer = setTimeout(() => (toast.value = null), TOAST_MS);
}

export function dismissToast(): void {
  clearTimeout(toastTimer);
  toast.value = null;
}

/** Carries a wish to the daemon; says whether it was granted. */
export async function wish(what: () => Promise<unknown>): Promise<boolean> {
  busy.value = true;
  try {
    await what();
    forbidden.value = null;
    return true;
  } catch (error) {
    const trouble = error instanceof client.Trouble ? error : new client.Trouble(String(error), null, 0);
    if (trouble.forbidden) {
      forbidden.value = trouble.hint ?? trouble.message;
      say("This device may look, but not change.");
    } else if (trouble.status === 412) say("Somebody else has just changed this. Look, then try again.");
    else say(trouble.message, trouble.hint);
    return false;
  } finally {
    busy.value = false;
  }
}

/** Drops a repetition, or takes a dropped one back in; one tap undoes it. */
export async function toggleRep(rep: Rep): Promise<void> {
  const accepted = !rep.accepted;
  if (!(await wish(() => client.acceptRep(rep.id, accepted)))) return;
  const velocity = `${fixed(velocityOf(rep, primary(state.value)), 2)} m/s`;
  const undo = () => void wish(() => client.acceptRep(rep.id, rep.accepted));
  say(accepted ? `${velocity} counts now (it was: ${reason(rep.reject_reason)}).` : `${velocity} doesn't count any more.`, null, undo);
}

/** Says which side made a repetition; one tap undoes it. */
export async function sideRep(rep: Rep, side: Side | null): Promise<void> {
  if (!(await wish(() => client.sideRep(rep.id, side)))) return;
  const undo = () => void wish(() => client.sideRep(rep.id, rep.side));
  say(side ? `That was ${side}.` : "That was neither side alone.", null, undo);
}

/** What is sent soon: steppers are tapped several times in a row. */
export const pendingContext = signal<Partial<Context>>({});
const SEND_AFTER_MS = 500;
let sendTimer: ReturnType<typeof setTimeout> | undefined;
let sending = Promise.resolve();

/** The context as it will be. */
export function wantedContext(): Context | null {
  return state.value && { ...state.value.context, ...pendingContext.value };
}

export function changeContext(station: string, change: Partial<Context>, soon = false): void {
  pendingContext.value = { ...pendingContext.value, ...change };
  clearTimeout(sendTimer);
  // one after the other: each names the revision that the one before has made
  sendTimer = setTimeout(() => (sending = sending.then(() => sendContext(station))), soon ? SEND_AFTER_MS : 0);
}

async function sendContext(station: string): Promise<void> {
  const wanted = wantedContext();
  const sent = pendingContext.value;
  if (wanted === null || Object.keys(sent).length === 0) return;
  await wish(async () => {
    const context = await client.putContext(station, wanted);
    // The stream says the same a moment later; a page whose stream is down learns it from here.
    if (state.value && context.revision > state.value.context.revision) {
      state.value = { ...state.value, context };
    }
  });
  if (pendingContext.value === sent) pendingContext.value = {};
}

/** Sets of this station that lack a label. */
export const inbox = signal<SetRecord[] | null>(null);

export async function loadInbox(station: string): Promise<void> {
  try {
    inbox.value = (await client.inbox(station)).items;
  } catch {
    // the banner says already that the daemon can't be reached
  }
}
