// @ts-check
// The routes that the pages use, and the built pages themselves, over a mock gym.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { EXERCISES } from "./gym.mjs";

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("node:http").ServerResponse} Response */
/** @typedef {import("./gym.mjs").Gym} Gym */

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url));
const TYPES = /** @type {Record<string, string>} */ ({
  ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml",
});

/** As strict as the daemon's: what the pages need beyond it would fail here first. */
const POLICY = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Serves until the returned `close` is called. @param {Gym} gym @param {number} [port] */
export async function serve(gym, port = 0) {
  const server = createServer((request, response) => {
    answer(gym, request, response).catch((/** @type {Error} */ error) => problem(response, 500, error.message));
  });
  await new Promise((listening) => server.listen(port, "127.0.0.1", () => listening(null)));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port");
  return {
    port: address.port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** @param {Gym} gym @param {Request} request @param {Response} response */
async function answer(gym, request, response) {
  const url = new URL(request.url ?? "/", "http://mock");
  const [, path] = /^\/api\/v1(\/.*)$/.exec(url.pathname) ?? [];
  if (path === undefined) return asset(url.pathname, response);
  if (request.method === "GET" && path === "/stream") return stream(gym, request, response);
  if (request.method === "GET") return read(gym, path, url.searchParams, response);
  if (gym.guarded && request.headers.authorization !== `Bearer ${gym.token}`) {
    return problem(response, 401, "This request has no token.", "Open the link that the gym's host gives out.");
  }
  if (!request.headers["idempotency-key"]) return problem(response, 400, "Idempotency-Key is missing.");
  return change(gym, request, path, await body(request), response);
}

/** @param {Gym} gym @param {string} path @param {URLSearchParams} query @param {Response} response */
function read(gym, path, query, response) {
  const { id, name, bar_kg, plates_per_side_kg } = gym.station;
  if (path === "/stations") return json(response, { items: [{ id, name, bar_kg, plates_per_side_kg }] });
  if (path === `/stations/${id}`) return json(response, gym.snapshot());
  if (path === "/athletes") return json(response, { items: gym.athletes });
  if (path === "/exercises") return json(response, { items: EXERCISES });
  if (path === "/inbox") return json(response, { items: gym.inbox, next_after: null });
  if (path === "/tokens") return json(response, { items: gym.tokens });
  if (path === "/status") return json(response, gym.status());
  if (path === "/reps") {
    const set = Number(query.get("set"));
    return json(response, { items: [...gym.reps.values()].filter((rep) => rep.set === set), next_after: null });
  }
  problem(response, 404, `There is no ${path}.`);
}

/** @param {Gym} gym @param {Request} request @param {string} path @param {any} said @param {Response} response */
function change(gym, request, path, said, response) {
  const [, kind, id, action] = path.split("/");
  if (kind === "stations" && action === "context" && request.method === "PUT") {
    if (request.headers["if-match"] !== `"${gym.context.revision}"`) return problem(response, 412, "The context has changed.");
    gym.say(said);
    return json(response, gym.context);
  }
  if (kind === "stations" && action === "end-set") return gym.endSet("command"), json(response, { seq: gym.seq });
  if (kind === "stations" && action === "end-session") return gym.endSession(), json(response, { seq: gym.seq });
  if (kind === "reps" && request.method === "PATCH" && said.side !== undefined) {
    return json(response, gym.reviseRep(Number(id), { side: said.side, stage: "corrected" }));
  }
  if (kind === "athletes" && id && request.method === "PUT") return gym.athlete(id, said), json(response, { id, ...said });
  if (kind === "sensors" && id && request.method === "PUT") {
    const sensor = decodeURIComponent(id);
    return gym.sensor({ sensor, ...said }), json(response, gym.sensors.get(sensor));
  }
  if (kind === "tokens" && id && request.method === "DELETE") {
    gym.tokens = gym.tokens.filter(({ name }) => name !== decodeURIComponent(id));
    return json(response, { seq: gym.seq });
  }
  if (kind === "reps" && request.method === "PATCH") {
    const rep = gym.reviseRep(Number(id), {
      accepted: said.accepted,
      stage: "corrected",
      ...(said.accepted ? {} : { reject_reason: gym.reps.get(Number(id))?.reject_reason ?? "by_hand" }),
    });
    return rep ? json(response, rep) : problem(response, 404, `There is no repetition ${id}.`);
  }
  if (kind === "sets" && request.method === "PATCH") {
    const set = gym.label(Number(id), said);
    return set ? json(response, set) : problem(response, 404, `There is no set ${id}.`);
  }
  problem(response, 404, `There is no ${path}.`);
}

const HEARTBEAT_MS = 5_000;

/** @param {Gym} gym @param {Request} request @param {Response} response */
function stream(gym, request, response) {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const send = (/** @type {import("./gym.mjs").Sent} */ { seq, event, data }) => {
    response.write(`${seq === null ? "" : `id: ${seq}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const last = request.headers["last-event-id"];
  if (last === undefined) send({ seq: gym.seq, event: "snapshot", data: gym.snapshot() });
  else if (Number(last) > gym.seq) {
    send({ seq: null, event: "reset", data: { seq: gym.seq, reason: "unknown" } });
    send({ seq: gym.seq, event: "snapshot", data: gym.snapshot() });
  } else gym.journal.filter(({ seq }) => (seq ?? 0) > Number(last)).forEach(send);
  gym.listeners.add(send);
  const heart = setInterval(() => response.write(":\n\n"), HEARTBEAT_MS);
  response.on("close", () => {
    gym.listeners.delete(send);
    clearInterval(heart);
  });
}

/** @param {string} path @param {Response} response */
async function asset(path, response) {
  const file = extname(path) ? normalize(path) : "index.html";
  try {
    const content = await readFile(join(DIST, file));
    response.writeHead(200, {
      "content-type": TYPES[extname(file)] ?? "application/octet-stream",
      "content-security-policy": POLICY,
    });
    response.end(content);
  } catch {
    problem(response, 404, `There is no ${path}. Has \`npm run build\` been run?`);
  }
}

/** @param {Request} request */
async function body(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text === "" ? {} : JSON.parse(text);
}

/** @param {Response} response @param {unknown} value */
function json(response, value) {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

/** @param {Response} response @param {number} status @param {string} detail @param {string} [hint] */
function problem(response, status, detail, hint) {
  response.writeHead(status, { "content-type": "application/problem+json" });
  response.end(JSON.stringify({ type: "about:blank", title: "It didn't work", status, detail, hint }));
}
