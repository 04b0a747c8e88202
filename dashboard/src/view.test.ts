import { describe, expect, test } from "vitest";
import { after, exercise, rep, set } from "./testing";
import { primary, repsOfSet, standing, velocityOf, whyNoVelocity, worstSide, zone } from "./view";
import { age, clock, fixed, kg, percent, reason } from "./format";
import { chosen, recentFirst, usualLoad, withAthlete } from "./recent";
import { CONTEXT } from "./testing";

const summary = (side: "left" | "right" | null, velocity_loss_best_pct: number | null) => ({
  side, reps: 3, best_velocity_m_s: null, best_two_mean_velocity_m_s: null, last_velocity_m_s: null, velocity_loss_best_pct,
  velocity_loss_first_pct: null,
});

describe("standing against the stop line", () => {
  const of20 = set({ id: 1, stop_line: { velocity_loss_cap_pct: 20, velocity_m_s: 0.8 } }); // best 1.00

  test.each([[1, "fine"], [0.86, "fine"], [0.85, "near"], [0.81, "near"], [0.8, "over"], [0.5, "over"]] as const)("%d is %s", (v, word) => {
    expect(standing(v, of20)).toBe(word);
  });

  test("without a line or a velocity it is unknown", () => {
    expect(standing(0.5, set({ id: 1 }))).toBe("unknown");
    expect(standing(null, of20)).toBe("unknown");
  });
});

test("of two sides the one that lost more counts", () => {
  expect(worstSide(set({ id: 1, summaries: [summary("left", 8), summary("right", 21)] }))?.side).toBe("right");
  expect(worstSide(set({ id: 1, summaries: [summary("left", null), summary("right", 2)] }))?.side).toBe("right");
  expect(worstSide(set({ id: 1 }))).toBe(null);
});

test("zones have the bounds that coaches use", () => {
  expect([0.49, 0.5, 0.75, 1, 1.3].map(zone)).toEqual([
    "absolute strength", "accelerative strength", "strength-speed", "speed-strength", "starting strength",
  ]);
  expect(zone(null)).toBe(null);
});

test("an exercise coached by peak velocity shows that", () => {
  expect(primary(after({ exercise: exercise({ id: "power_clean", primary_velocity: "peak" }) }))).toBe("peak");
  expect(primary(null)).toBe("mean");
  expect(velocityOf(rep({ id: 1, mean_velocity_m_s: 1, peak_velocity_m_s: 2 }), "peak")).toBe(2);
});

test("there is a reason for each missing velocity", () => {
  const why = (...reps: ReturnType<typeof rep>[]) => {
    const state = after({ set: set({ id: 10 }), reps });
    return whyNoVelocity(state, repsOfSet(state));
  };
  const reasons = [whyNoVelocity(null, []), why(), why(rep({ id: 1, accepted: false })), why(rep({ id: 1, mean_velocity_m_s: null }))];
  expect(new Set(reasons).size).toBe(4);
});

test("numbers for people: unknown is a dash, and nothing is -0", () => {
  expect([fixed(null, 2), fixed(NaN, 2), fixed(0.5, 2), kg(null), kg(102.5), kg(99.999_999), kg(0), percent(null), percent(-0.2)]).toEqual([
    "–", "–", "0.50", "–", "102.5", "100", "0", "–", "0",
  ]);
  expect([clock(-3), clock(59.9), clock(61), clock(3661)]).toEqual(["0:00", "0:59", "1:01", "1:01:01"]);
  expect([age(0.4), age(89), age(600), age(7200)]).toEqual(["0 s", "89 s", "10 min", "2 h"]);
  expect([reason("too_small"), reason("of_the_future"), reason(null)]).toEqual(["too small", "of the future", "not counted"]);
});

describe("recent choices", () => {
  const history = [
    { athlete: "b", exercise: "squat", load_kg: 60 },
    { athlete: "a", exercise: "bench", load_kg: 50 },
    { athlete: "a", exercise: "squat", load_kg: 100 },
  ];

  test("come first, each once; unknown ones are left out", () => {
    const all = ["a", "b", "c"].map((id) => ({ id }));
    expect(recentFirst(all, ["c", null, "gone", "c", "a"]).map(({ id }) => id)).toEqual(["c", "a", "b"]);
  });

  test("an athlete comes with what this athlete did last, and never with somebody else's load", () => {
    expect(usualLoad(history, "a", "squat")).toBe(100);
    expect(withAthlete({ ...CONTEXT, exercise: "squat" }, "a", history)).toEqual({ athlete: "a", exercise: "bench", load_kg: 50, target_velocity_m_s: null });
    expect(withAthlete({ ...CONTEXT, exercise: "squat", load_kg: 60 }, "c", history)).toEqual({ athlete: "c", exercise: "squat", load_kg: null, target_velocity_m_s: null });
  });

  test("a target stays with the athlete and the exercise that it was made for", () => {
    const history = [{ athlete: "a", exercise: "squat", load_kg: 100 }, { athlete: "a", exercise: "squat", load_kg: 95, target_velocity_m_s: 0.55 }];
    const bench = { ...CONTEXT, athlete: "a", exercise: "bench", target_velocity_m_s: 0.4 };
    expect(chosen(bench, "a", "squat", history)).toMatchObject({ load_kg: 100, target_velocity_m_s: 0.55 });
    expect(chosen(bench, "b", "bench", history)).toMatchObject({ load_kg: null, target_velocity_m_s: null });
    expect(chosen(bench, "a", "bench", history)).toMatchObject({ target_velocity_m_s: 0.4 });
  });
});
