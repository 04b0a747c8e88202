import { expect, test } from "vitest";
import { EventStreamParser } from "./sse";

const TEXT = 'id: 7\nevent: rep\ndata: {"id":1}\n\n:\n\nevent: trace\ndata: {"t_s":\ndata: [1]}\n\nevent: reset\n\n';
const MESSAGES = [
  { event: "rep", seq: 7, data: { id: 1 }, received: 5 },
  { event: "trace", seq: null, data: { t_s: [1] }, received: 5 },
  { event: "reset", seq: null, data: null, received: 5 },
];

test("messages are the same however the text was cut", () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    const text = TEXT.replaceAll("\n", end) + (end === "\r" ? ":" : ""); // a last CR may be half of a CRLF
    for (let size = 1; size <= text.length; size++) {
      const parser = new EventStreamParser();
      const found = [];
      for (let i = 0; i < text.length; i += size) found.push(...parser.push(text.slice(i, i + size), 5));
      expect(found, `${JSON.stringify(end)}, ${size}`).toEqual(MESSAGES);
    }
  }
});

test("what is no JSON is skipped, and what follows still comes", () => {
  const found = new EventStreamParser().push("event: rep\ndata: {oops\n\nevent: rep\ndata: 2\n\n", 0);
  expect(found.map(({ data }) => data)).toEqual([2]);
});

test("heartbeats are no messages", () => {
  expect(new EventStreamParser().push(":\n\n: alive\n\n", 0)).toEqual([]);
});
