// Questions and changes over HTTP. A change carries the device's token and a key that makes a retry harmless.

import type {
  Athlete, Context, Exercise, NewAthlete, NewSensorProfile, Problem, Rep, SetPatch, SetRecord, Side, Snapshot, Station, Status, TokenName,
} from "./api";

/** A list; those that can be long come in pages. */
interface List<T> {
  items: T[];
}

const API = "/api/v1";
const TOKEN = "ironstride.token";

/** Takes the token out of the address (`#token=…`) into this browser's store, so that it isn't shared by accident. */
export function adoptToken(): void {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return;
  localStorage.setItem(TOKEN, token);
  history.replaceState(null, "", location.pathname + location.search);
}

export function hasToken(): boolean {
  return localStorage.getItem(TOKEN) !== null;
}

export function authorization(): Record<string, string> {
  const token = localStorage.getItem(TOKEN);
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

/** A request that didn't do what was asked, in words for the person who asked. */
export class Trouble extends Error {
  constructor(
    message: string,
    readonly hint: string | null,
    /** HTTP status; 0 when the daemon couldn't be reached. */
    readonly status: number,
  ) {
    super(message);
  }

  get forbidden(): boolean {
    return this.status === 401 || this.status === 403;
  }
}

async function ask<T>(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<T> {
  const changes = method !== "GET";
  const request: RequestInit = {
    method,
    cache: "no-store",
    headers: {
      Accept: "application/json",
      ...authorization(),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(changes ? { "Idempotency-Key": randomKey() } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const response = await reach(API + path, request, changes ? 2 : 1);
  if (!response.ok) throw await troubleOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** One retry after a broken connection: the key makes sure that the change is done once. */
async function reach(url: string, request: RequestInit, tries: number): Promise<Response> {
  for (let left = tries; ; left--) {
    try {
      return await fetch(url, request);
    } catch {
      if (left <= 1) throw new Trouble("The daemon can't be reached.", "Is this device still in the gym's network?", 0);
    }
  }
}

async function troubleOf(response: Response): Promise<Trouble> {
  const problem = (await response.json().catch(() => ({}))) as Partial<Problem>;
  const text = problem.detail ?? problem.title ?? `The daemon answered ${response.status}.`;
  return new Trouble(text, problem.hint ?? null, response.status);
}

/** `crypto.randomUUID` exists on secure origins only, and a gym's Pi has no certificate. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const id = encodeURIComponent;

export const streamUrl = (station: string) => `${API}/stream?station=${id(station)}`;
export const stations = () => ask<List<Station>>("GET", "/stations");
export const snapshot = (station: string) => ask<Snapshot>("GET", `/stations/${id(station)}`);
export const athletes = () => ask<List<Athlete>>("GET", "/athletes");
export const exercises = () => ask<List<Exercise>>("GET", "/exercises");
export const inbox = (station: string) => ask<List<SetRecord>>("GET", `/inbox?station=${id(station)}&limit=50`);
export const repsOf = (set: number) => ask<List<Rep>>("GET", `/reps?set=${set}&limit=200`);
export const status = () => ask<Status>("GET", "/status");

/** Replaces the context, unless somebody else has changed it since `context` was read. */
export const putContext = (station: string, { revision, ...context }: Context) =>
  ask<Context>("PUT", `/stations/${id(station)}/context`, context, { "If-Match": `"${revision}"` });
export const endSet = (station: string) => ask<unknown>("POST", `/stations/${id(station)}/end-set`);
export const endSession = (station: string) => ask<unknown>("POST", `/stations/${id(station)}/end-session`);
export const acceptRep = (rep: number, accepted: boolean) => ask<unknown>("PATCH", `/reps/${rep}`, { accepted });
export const labelSet = (set: number, labels: SetPatch) => ask<unknown>("PATCH", `/sets/${set}`, labels);
export const sideRep = (rep: number, side: Side | null) => ask<unknown>("PATCH", `/reps/${rep}`, { side });
export const putAthlete = (athlete: string, said: NewAthlete, isNew: boolean) =>
  ask<Athlete>("PUT", `/athletes/${id(athlete)}`, said, isNew ? {} : { "If-Match": "*" });
export const putSensor = (sensor: string, said: NewSensorProfile) => ask<unknown>("PUT", `/sensors/${id(sensor)}`, said);
export const tokens = () => ask<List<TokenName>>("GET", "/tokens");
export const revokeToken = (name: string) => ask<unknown>("DELETE", `/tokens/${id(name)}`);
