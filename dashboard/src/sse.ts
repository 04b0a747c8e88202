// The live stream, read with `fetch`. The browser's own EventSource can't send a token, hides the heartbeats by which
// one knows that a silent line is alive, and gives up for good when a starting daemon answers 503.

import type { Message } from "./state";

/** Cuts the text of an event stream into messages; a chunk may end anywhere. */
export class EventStreamParser {
  #rest = "";
  #event = "";
  #data: string[] = [];
  #id: string | null = null;

  /** The messages that the chunk completes; `received` is when it came in, ms since the epoch. */
  push(chunk: string, received: number): Message[] {
    const lines = (this.#rest + chunk).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#line(line, received) ?? []);
  }

  #line(line: string, received: number): Message | null {
    if (line === "") return this.#dispatch(received);
    const [, field = "", value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? [];
    if (field === "event") this.#event = value;
    else if (field === "data") this.#data.push(value);
    else if (field === "id") this.#id = value;
    return null; // comments (an empty field) are heartbeats
  }

  #dispatch(received: number): Message | null {
    const [event, data, id] = [this.#event || "message", this.#data.join("\n"), this.#id];
    this.#event = "";
    this.#data = [];
    this.#id = null;
    if (data === "" && event !== "reset") return null;
    try {
      const seq = id === null || !/^\d+$/.test(id) ? null : Number(id);
      return { event, seq, data: data === "" ? null : JSON.parse(data), received };
    } catch {
      console.warn(`event "${event}" is not JSON and was skipped`, data.slice(0, 200));
      return null;
    }
  }
}

/** `catching_up`: the line is open, what happened meanwhile is on its way. */
export type Phase = "connecting" | "catching_up" | "live" | "lost" | "refused";

export interface LinkState {
  phase: Phase;
  /** When something was last heard, ms since the epoch; null before the first time. */
  heard: number | null;
  /** What the daemon said when it refused. */
  detail: string | null;
}

export interface Wire {
  url: string;
  headers: () => Record<string, string>;
  /** The last message that was taken in; null asks for a snapshot. */
  lastSeq: () => number | null;
  onMessage: (message: Message) => void;
  /** Called when the line is open again after a break; resolves when all that was missed is in. */
  catchUp: () => Promise<void>;
  onState: (state: LinkState) => void;
}

/** The daemon sends a heartbeat each 10 s: silence longer than this means that the line is dead. */
const SILENCE_MS = 15_000;
const BACK_OFF_MS = [300, 1000, 2000, 4000];

/** Keeps the stream open until the returned function is called. */
export function keepOpen(wire: Wire): () => void {
  let stopped = false;
  let abort = new AbortController();
  let wake = () => {};
  let heard: number | null = null;
  const tell = (phase: Phase, detail: string | null = null) => wire.onState({ phase, heard, detail });

  const patiently = <T,>(answer: Promise<T>): Promise<T> => {
    const line = abort;
    const silence = setTimeout(() => line.abort(), SILENCE_MS);
    return answer.finally(() => clearTimeout(silence));
  };

  const listen = async () => {
    const last = wire.lastSeq();
    const resume: Record<string, string> = last === null ? {} : { "Last-Event-ID": String(last) };
    const headers = { Accept: "text/event-stream", ...wire.headers(), ...resume };
    const response = await patiently(fetch(wire.url, { headers, cache: "no-store", signal: abort.signal }));
    if (!response.ok || !response.body) throw new Refused(await refusal(response));
    tell("catching_up");
    const parser = new EventStreamParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    if (last !== null) {
      const line = abort;
      wire.catchUp().then(
        () => !line.signal.aborted && tell("live"),
        () => line.abort(),
      );
    }
    let fresh = last === null;
    for (;;) {
      const { value, done } = await patiently(reader.read());
      if (done) return;
      heard = Date.now();
      for (const message of parser.push(value, heard)) {
        wire.onMessage(message);
        if (message.event === "snapshot" && fresh) {
          fresh = false;
          tell("live");
        }
      }
    }
  };

  const run = async () => {
    for (let failures = 0; !stopped; failures++) {
      const before = heard;
      abort = new AbortController();
      try {
        await listen();
        tell("lost");
      } catch (error) {
        if (error instanceof Refused) tell("refused", error.message);
        else tell("lost");
      }
      if (heard !== before) failures = 0;
      const pause = BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)] ?? 0;
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, pause * (0.75 + Math.random() / 2)); // spread, so that forty screens don't come at once
      });
    }
  };

  const online = () => wake();
  const offline = () => abort.abort();
  addEventListener("online", online);
  addEventListener("offline", offline);
  tell("connecting");
  void run();
  return () => {
    stopped = true;
    removeEventListener("online", online);
    removeEventListener("offline", offline);
    abort.abort();
    wake();
  };
}

class Refused extends Error {}

async function refusal(response: Response): Promise<string> {
  const problem: unknown = await response.json().catch(() => null);
  const said = problem as { detail?: string; title?: string; hint?: string } | null;
  return [said?.detail ?? said?.title ?? `The daemon answered ${response.status}`, said?.hint].filter(Boolean).join(" ");
}
