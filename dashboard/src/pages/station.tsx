// The wall: everything of one station, readable from four metres.

import { computed } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { AdviceText, SpokenAdvice } from "../parts/advice";
import { Banner } from "../parts/banner";
import { Bars, barsInWords } from "../parts/bars";
import { Help, useShortcuts } from "../parts/help";
import { Plates } from "../parts/plates";
import { Sensors } from "../parts/sensors";
import { LiveTrace } from "../parts/trace-strip";
import { clock, fixed, kg, percent, reason, ROLES, UNKNOWN } from "../format";
import { advice, athleteName, exerciseName, follow, last, now, reps, restedFor, state } from "../store";
import { nextTheme } from "../theme";
import { primary, standing, velocityOf, whyNoVelocity, worstSide, zone } from "../view";

const set = computed(() => state.value?.set ?? null);
const which = computed(() => primary(state.value));
const velocity = computed(() => (last.value ? velocityOf(last.value, which.value) : null));
const velocityText = computed(() => fixed(velocity.value, 2));
const velocityWhy = computed(() => (velocity.value === null ? whyNoVelocity(state.value, reps.value) : undefined));
const standingNow = computed(() => standing(velocity.value, set.value));
const zoneText = computed(() => zone(velocity.value) ?? velocityWhy.value ?? "");
const newest = computed(() => reps.value.at(-1) ?? null);

const summary = computed(() => worstSide(set.value));
const repsText = computed(() => {
  if (!set.value) return UNKNOWN;
  return set.value.summaries.length > 1
    ? set.value.summaries.map((side) => side.reps).join("+")
    : String(reps.value.filter((rep) => rep.accepted).length);
});
const planned = computed(() => state.value?.context.planned_reps ?? null);
const loss = computed(() => summary.value?.velocity_loss_best_pct ?? null);
const lossText = computed(() => percent(loss.value));
const cap = computed(() => set.value?.stop_line?.velocity_loss_cap_pct ?? null);

/** While a set is on, its own labels; between sets those of the next. */
const labels = computed(() => {
  const [context, open] = [state.value?.context, set.value?.open ? set.value : null];
  return {
    athlete: athleteName(open ? open.athlete : context?.athlete),
    exercise: exerciseName(open ? open.exercise : context?.exercise),
    load_kg: (open ? open.load_kg : context?.load_kg) ?? null,
    role: (open ? open.role : context?.role) ?? null,
  };
});

export function Station({ id }: { id: string }) {
  useEffect(() => follow(id), [id]);
  useShortcuts({
    t: nextTheme,
    f: () => void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()),
    p: () => location.assign(`/phone/${encodeURIComponent(id)}`),
    s: () => location.assign("/status"),
    h: () => location.assign("/"),
  });
  useEffect(() => {
    document.title = state.value?.station.name ?? id;
  }, [state.value?.station.name, id]);
  const stop = advice.value?.action.action === "stop_set";
  return (
    <main class="wall" data-stop={stop} data-resting={state.value?.rest != null} data-runner={runners.value.length > 0}>
      <Banner notices />
      <Header id={id} />
      <section class="panel velocity" data-panel="velocity" data-standing={standingNow} aria-label="Last velocity">
        <p class="huge" title={velocityWhy} data-figure="velocity">
          {velocityText}
        </p>
        <p class="zone">
          <b>m/s</b> {zoneText}
        </p>
      </section>
      <section class="panel bars-panel" data-panel="bars" aria-label="The set">
        <h2>
          {which.value === "peak" ? "Peak velocity" : "Mean velocity"} of each rep, m/s
          <NotCounted />
        </h2>
        <Bars />
        <span class="unseen">{barsInWords}</span>
      </section>
      <Figure name="reps" label="Reps" text={repsText.value} of={planned.value === null ? null : `of ${planned.value}`}
        why="No set is on" />
      <Figure name="loss" label="Velocity loss" text={lossText.value} of={cap.value === null ? "%" : `of ${fixed(cap.value, 0)} %`}
        why="It takes a counted rep with a velocity" />
      <section class="panel advice" data-panel="advice" data-verb={advice.value?.action.action ?? "none"} aria-label="Advice">
        <AdviceText />
      </section>
      <RestClock />
      <NextLoad />
      <Runner />
      <section class="panel trace-panel" data-panel="trace" aria-label="Live trace">
        <h2>Bar, live</h2>
        <LiveTrace />
      </section>
      <SpokenAdvice />
      <Help
        keys={{ t: "Light, dark, automatic", f: "Full screen", p: "Phone page", s: "Status", h: "All stations", "?": "This list" }}
      />
    </main>
  );
}

function Header({ id }: { id: string }) {
  const { athlete, exercise, load_kg, role } = labels.value;
  const name = state.value?.station.name ?? id;
  return (
    <header class="wall-header" data-panel="header">
      <h1 style={{ "--chars": name.length }}>{name}</h1>
      <p class="who">
        {athlete ? <span class="name" style={{ "--chars": athlete.length }}>{athlete}</span> : <span class="quiet">Nobody chosen</span>}
        {exercise ? <span>{exercise}</span> : <span class="quiet">no exercise</span>}
        <b title={load_kg === null ? "No load chosen" : undefined}>{kg(load_kg)} kg</b>
        {role && role !== "work" && <span>{ROLES[role]}</span>}
      </p>
      <Sensors />
    </header>
  );
}

/** The newest movement, when it is one that doesn't count: otherwise a lifter waits for it in vain. */
function NotCounted() {
  const rep = newest.value;
  return rep && !rep.accepted ? <span class="not-counted">last not counted: {reason(rep.reject_reason)}</span> : null;
}

interface FigureProps {
  name: string;
  label: string;
  text: string;
  of: string | null;
  why: string;
}

function Figure({ name, label, text, of, why }: FigureProps) {
  return (
    <section class={`panel figure ${name}`} data-panel={name}>
      <h2>{label}</h2>
      <p class="big" title={text === UNKNOWN ? why : undefined} style={{ "--chars": text.length + (of?.length ?? 0) * 0.36 }}>
        <span data-figure={name}>{text}</span>
        {of !== null && <small>{of}</small>}
      </p>
    </section>
  );
}

function RestClock() {
  const rest = state.value?.rest ?? null;
  const passed = restedFor.value;
  const planned_s = rest?.planned_s ?? null;
  const over = passed !== null && planned_s !== null && passed >= planned_s;
  return (
    <section class="panel figure rest" data-panel="rest" data-over={over}>
      <h2>{over ? "Rest is over" : "Rest"}</h2>
      <p class="big" title={passed === null ? "A set is on, or none has been lifted" : undefined}>
        <span data-figure="rest" role="timer">
          {passed === null ? UNKNOWN : clock(passed)}
        </span>
      </p>
      <p class="below">{planned_s !== null && `of ${clock(planned_s)}`}</p>
      {passed !== null && planned_s !== null && (
        <span class="progress" style={{ "--p": Math.min(1, passed / planned_s) }} />
      )}
    </section>
  );
}

/** More plates than this have no place beside the number. */
const MOST_PLATES_BESIDE = 4;

function NextLoad() {
  const action = advice.value?.action;
  const next = action?.action === "next_load" ? action : null;
  const plates = next?.plates_per_side_kg ?? [];
  const load = next?.load_kg ?? labels.value.load_kg;
  return (
    <section class="panel figure next" data-panel="next">
      <h2>{next ? "Next load" : "Load"}{plates.length > 0 && ", plates of each side"}</h2>
      <div class="load" data-full={plates.length > MOST_PLATES_BESIDE}>
        <p class="big" title={load === null ? "No load chosen" : undefined}>
          <span data-figure="load">{kg(load)}</span>
          <small>kg</small>
        </p>
        <Plates plates={plates} />
      </div>
    </section>
  );
}

/** Cadence older than this is history. */
const CADENCE_FRESH_MS = 10_000;

const runners = computed(() => [...(state.value?.sensors.values() ?? [])].filter((sensor) => sensor.role?.role === "footpod"));

function Runner() {
  const cadences = [...(state.value?.cadence.values() ?? [])].filter(
    (cadence) => now.value - cadence.received < CADENCE_FRESH_MS,
  );
  const cadence = cadences.find((one) => one.running) ?? cadences[0] ?? null;
  const devices = [...(state.value?.devices.values() ?? [])].filter((device) => now.value - device.received < CADENCE_FRESH_MS);
  const heart = devices.find((device) => device.heart_rate_bpm !== null)?.heart_rate_bpm ?? null;
  const power = devices.find((device) => device.word === "running_power")?.power_w ?? null;
  if (cadence === null && runners.value.length === 0 && heart === null && power === null) return null;
  const why = cadence === null ? "No word from the footpod for 10 s" : (cadence.unknown_because ?? undefined);
  return (
    <section class="panel figure runner" data-panel="runner">
      <h2>{athleteName(cadence?.athlete) ?? "Runner"}</h2>
      <p class="big" title={why}>
        <span data-figure="cadence">{fixed(cadence?.cadence_steps_min, 0)}</span>
      </p>
      <p class="below">
        steps/min
        {heart !== null && <> · <span data-figure="heart-rate">{fixed(heart, 0)}</span> beats/min</>}
        {power !== null && <> · <span data-figure="power">{fixed(power, 0)}</span> W</>}
      </p>
    </section>
  );
}
