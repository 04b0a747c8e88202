import { describe, expect, test } from "vitest";
import { reduce, type StationState } from "./state";
import { advice, after, CONTEXT, message, rep, set, snapshot } from "./testing";
import { repsOfSet, standingAdvice } from "./view";

const ids = (state: StationState | null) => repsOfSet(state).map(({ id }) => id);

describe("snapshot", () => {
  test("nothing counts before the first", () => {
    expect(reduce(null, message("rep", rep({ id: 1 }), 1))).toBe(null);
  });

  test("an older one changes nothing: it was overtaken by the stream", () => {
    const state = after({ set: set({ id: 10 }) }, ["rep", rep({ id: 11 })]);
    expect(reduce(state, message("snapshot", snapshot({ seq: 100 })))).toBe(state);
  });

  test("what it already holds is ignored when the stream brings it once more", () => {
    const state = after({ set: set({ id: 10 }), reps: [rep({ id: 11, revision: 2 })] });
    expect(reduce(state, message("rep", rep({ id: 12 }), 100))).toBe(state);
    expect(reduce(state, message("rep", rep({ id: 12 }), 101))).not.toBe(state);
  });

  test("after a reset only a snapshot counts, even one with lower numbers", () => {
    const before = after({ set: set({ id: 10 }) }, ["reset", { seq: 4 }], ["rep", rep({ id: 11 })]);
    expect(ids(before)).toEqual([]);
    const anew = reduce(before, message("snapshot", snapshot({ seq: 4, set: set({ id: 2 }), reps: [rep({ id: 3, set: 2 })] })));
    expect(anew?.reset).toBe(false);
    expect(ids(reduce(anew, message("rep", rep({ id: 5, set: 2 }), 5)))).toEqual([3, 5]);
  });
});

describe("repetitions", () => {
  test("older and equal revisions are ignored", () => {
    const state = after({ set: set({ id: 10 }) }, ["rep", rep({ id: 11, revision: 3, stage: "final" })]);
    for (const revision of [1, 2, 3]) {
      const next = reduce(state, message("rep", rep({ id: 11, revision, stage: "provisional" }), 200 + revision));
      expect(next?.reps.get(11)?.stage).toBe("final");
    }
    expect(reduce(state, message("rep", rep({ id: 11, revision: 4, accepted: false }), 210))?.reps.get(11)?.accepted).toBe(false);
  });

  test("one may come before its set, and move to another set and back", () => {
    const first = after({}, ["rep", rep({ id: 11 })]);
    expect(ids(first)).toEqual([]);
    const opened = reduce(first, message("set", set({ id: 10 }), 150));
    expect(ids(opened)).toEqual([11]);
    const moved = reduce(opened, message("rep", rep({ id: 11, revision: 2, set: null }), 151));
    expect(ids(moved)).toEqual([]);
    expect(ids(reduce(moved, message("rep", rep({ id: 11, revision: 3, set: 10 }), 152)))).toEqual([11]);
  });

  test("they stand in the order in which they were lifted", () => {
    const at = (s: number) => `2026-01-01T10:00:0${s}.000Z`;
    const state = after({ set: set({ id: 10 }) },
      ["rep", rep({ id: 13, ended_at: at(1) })], ["rep", rep({ id: 11, ended_at: at(3) })], ["rep", rep({ id: 12, ended_at: at(2) })]);
    expect(ids(state)).toEqual([13, 12, 11]);
  });

  test("another station's are none of ours", () => {
    const state = after({ set: set({ id: 10 }) });
    expect(ids(reduce(state, message("rep", rep({ id: 11, station: "other" }), 150)))).toEqual([]);
  });

  test("a day of them doesn't grow the memory, and the set on show stays whole", () => {
    let state: StationState | null = after({ set: set({ id: 10 }) });
    for (let id = 1000; id < 2000; id++) {
      state = reduce(state, message("rep", rep({ id, set: id < 1005 ? 10 : null }), id));
    }
    expect(state?.reps.size).toBeLessThanOrEqual(300);
    expect(ids(state)).toEqual([1000, 1001, 1002, 1003, 1004]);
  });
});

describe("sets", () => {
  test("a new one takes the place of the last, which joins the earlier ones", () => {
    const state = after({ set: set({ id: 10, open: false }), previous_sets: [set({ id: 5, open: false })] }, ["set", set({ id: 20 })]);
    expect(state.set?.id).toBe(20);
    expect(state.previous_sets.map(({ id }) => id)).toEqual([10, 5]);
  });

  test("an earlier one is corrected in its place", () => {
    const state = after({ set: set({ id: 10 }), previous_sets: [set({ id: 5 })] }, ["set", set({ id: 5, revision: 2, athlete: "mara" })]);
    expect(state.set?.id).toBe(10);
    expect(state.previous_sets).toMatchObject([{ id: 5, athlete: "mara" }]);
    expect(reduce(state, message("set", set({ id: 5, revision: 1 }), 300))?.previous_sets).toMatchObject([{ athlete: "mara" }]);
  });

  test("those of another session are not shown beside it", () => {
    const state = after({ set: set({ id: 10, session: 1 }) }, ["set", set({ id: 20, session: 2 })]);
    expect(state.previous_sets).toEqual([]);
  });

  test("the rest begins with the end of a set, as planned, and ends with the next", () => {
    const done = after({ set: set({ id: 10 }), context: { ...CONTEXT, planned_rest_s: 90 } },
      ["set", set({ id: 10, revision: 2, open: false })]);
    expect(done.rest).toEqual({ since: "2026-01-01T10:01:00.000Z", planned_s: 90 });
    const corrected = reduce(done, message("set", set({ id: 10, revision: 3, open: false, ended_at: "2026-01-01T10:02:00.000Z" }), 200));
    expect(corrected?.rest).toEqual(done.rest);
    expect(reduce(corrected, message("set", set({ id: 20 }), 201))?.rest).toBe(null);
  });

  test("the end of the session clears the wall", () => {
    const session = { id: 1, revision: 1, station: "rack", athlete: null, started_at: null, ended_at: null, time_certain: true, open: true };
    const state = after({ session, set: set({ id: 10 }) }, ["session", { ...session, revision: 2, ended_at: "2026-01-01T11:00:00Z" }]);
    expect(state).toMatchObject({ session: null, set: null, previous_sets: [], rest: null });
  });
});

describe("advice", () => {
  test("newer takes the place of what it supersedes", () => {
    const state = after({ set: set({ id: 10 }) }, ["advice", advice({ id: 1 })], ["advice", advice({ id: 2, supersedes: 1 })]);
    expect(state.advice.map(({ id }) => id)).toEqual([2]);
    expect(standingAdvice(state)?.id).toBe(2);
  });

  test("that of an earlier set doesn't stand any more", () => {
    const state = after({ set: set({ id: 10 }) }, ["advice", advice({ id: 1 })], ["set", set({ id: 20 })]);
    expect(standingAdvice(state)).toBe(null);
  });
});

describe("who, what and with which sensors", () => {
  test("an older context is ignored; another exercise makes the names stale", () => {
    const state = after({}, ["station", { station: "rack", context: { ...CONTEXT, revision: 5, exercise: "bench_press" } }]);
    expect(state).toMatchObject({ stale_names: true, context: { exercise: "bench_press" } });
    const older = reduce(state, message("station", { station: "rack", context: { ...CONTEXT, revision: 4, load_kg: 1 } }, 200));
    expect(older?.context.load_kg).toBe(null);
  });

  test("a sensor that moves to another station's bar leaves", () => {
    const sensor = { sensor: "s", role: { role: "bar", station: "rack", mount: null, side: null } };
    const state = after({}, ["sensor", sensor]);
    expect(state.sensors.size).toBe(1);
    const moved = { ...sensor, role: { ...sensor.role, station: "other" } };
    expect(reduce(state, message("sensor", moved, 200))?.sensors.size).toBe(0);
  });

  test("of notices the newest of each kind stays, also over a snapshot", () => {
    const notice = (kind: string, message: string) => ({ at: null, sensor: "s", kind, message });
    const state = after({}, ["notice", notice("samples_lost", "3")], ["notice", notice("battery_low", "9 %")], ["notice", notice("samples_lost", "4")]);
    const again = reduce(state, message("snapshot", snapshot({ seq: 200 }), 200));
    expect(again?.notices.map(({ message }) => message)).toEqual(["4", "9 %"]);
  });

  test("a device's word takes the place of its last one", () => {
    const state = after({}, ["device", { sensor: "s", word: "heart_rate", heart_rate_bpm: 120 }], ["device", { sensor: "s", word: "heart_rate", heart_rate_bpm: null }]);
    expect([...state.devices.values()].map((device) => device.heart_rate_bpm)).toEqual([null]);
  });

  test("a cadence remembers when it was heard here", () => {
    const state = after({});
    const heard = reduce(state, { event: "cadence", data: { sensor: "f", at: "2020-01-01T00:00:00Z" }, seq: 200, received: 77 });
    expect(heard?.cadence.get("f")?.received).toBe(77);
  });
});

test("events of a newer daemon are let through without harm", () => {
  const state = after({ set: set({ id: 10 }) });
  expect(reduce(state, message("effort", { anything: 1 }, 200))).toEqual({ ...state, seq: 200 });
});
