// The same station in a hand: say who lifts what, correct a repetition, label what was lifted before anybody said.

import { computed, signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { hasToken } from "../client";
import * as client from "../client";
import type { Context, Rep } from "../api";
import { busy, changeContext, forbidden, inbox, loadInbox, pendingContext, sideRep, toggleRep, wantedContext, wish } from "../desk";
import { clock, fixed, percent, reason, UNKNOWN } from "../format";
import { SpokenAdvice, Why } from "../parts/advice";
import { Banner } from "../parts/banner";
import { Inbox } from "../parts/inbox";
import { LabelsForm } from "../parts/labels";
import { Notices } from "../parts/notices";
import { People } from "../parts/people";
import { Plates } from "../parts/plates";
import { homeless, Roles } from "../parts/roles";
import { Sensors } from "../parts/sensors";
import { SessionReview } from "../parts/session";
import { ToastLine } from "../parts/toast";
import { chosen, history, remember, withAthlete } from "../recent";
import { advice, follow, last, reps, restedFor, state } from "../store";
import { nextTheme, theme } from "../theme";
import { primary, standing, velocityOf, whyNoVelocity, worstSide } from "../view";

type Tab = "set" | "inbox" | "session" | "setup";
const tab = signal<Tab>("set");
const set = computed(() => state.value?.set ?? null);
const velocity = computed(() => (last.value ? velocityOf(last.value, primary(state.value)) : null));

export function Phone({ id }: { id: string }) {
  useEffect(() => follow(id), [id]);
  const closed = set.value && !set.value.open ? set.value.revision : 0;
  useEffect(() => void loadInbox(id), [id, set.value?.id, closed]);
  const strangers = homeless(state.value?.sensors.values() ?? []).length;
  const waiting = inbox.value?.length ?? state.value?.unlabelled_sets ?? 0;
  return (
    <main class="phone">
      <Banner />
      <header class="phone-header" data-panel="header">
        <h1>{state.value?.station.name ?? id}</h1>
        <Sensors />
        <button type="button" class="icon" aria-label={`Colours: ${theme.value}`} title={`Colours: ${theme.value}`} onClick={nextTheme}>
          ◐
        </button>
      </header>
      <Rights />
      <Notices />
      <Now />
      {tab.value === "set" && <SetTab id={id} />}
      {tab.value === "inbox" && <Inbox station={id} />}
      {tab.value === "session" && <SessionReview station={id} />}
      {tab.value === "setup" && (
        <>
          <Roles />
          <People />
        </>
      )}
      <nav class="tabs" aria-label="Parts of the page" data-panel="tabs">
        <TabButton name="set">Set</TabButton>
        <TabButton name="inbox">
          Inbox{waiting > 0 && <span class="count">{waiting}</span>}
        </TabButton>
        <TabButton name="session">Session</TabButton>
        <TabButton name="setup">
          Setup{strangers > 0 && <span class="count" title="Sensors without a role">{strangers}</span>}
        </TabButton>
      </nav>
      <ToastLine />
      <SpokenAdvice />
    </main>
  );
}

function TabButton({ name, children }: { name: Tab; children: preact.ComponentChildren }) {
  return (
    <button type="button" aria-current={tab.value === name ? "page" : undefined} onClick={() => (tab.value = name)}>
      {children}
    </button>
  );
}

/** Says beforehand that this device may only look, and how it may do more. */
function Rights() {
  const local = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
  const told = forbidden.value ?? (hasToken() || local ? null : "Open the link with a token that the gym's host gives out.");
  if (told === null) return null;
  return (
    <p class="notice" data-panel="rights">
      <b>This device may look, but not change.</b> {told}
    </p>
  );
}

function Now() {
  const given = advice.value;
  const rest = state.value?.rest ?? null;
  const summary = worstSide(set.value);
  const why = velocity.value === null ? whyNoVelocity(state.value, reps.value) : undefined;
  const plates = given?.action.action === "next_load" ? given.action.plates_per_side_kg : [];
  return (
    <section class="panel now" data-panel="now" data-standing={standing(velocity.value, set.value)} aria-label="Now">
      <div class="figures">
        <p title={why}>
          <b data-figure="velocity">{fixed(velocity.value, 2)}</b>
          <small>m/s</small>
        </p>
        <p title={set.value ? undefined : "No set is on"}>
          <b data-figure="reps">{set.value ? reps.value.filter((rep) => rep.accepted).length : UNKNOWN}</b>
          <small>reps</small>
        </p>
        <p title={summary ? undefined : "It takes a counted rep"}>
          <b data-figure="loss">{percent(summary?.velocity_loss_best_pct)}</b>
          <small>% loss</small>
        </p>
        <p title={rest ? undefined : "A set is on, or none has been lifted"}>
          <b data-figure="rest">{restedFor.value === null ? UNKNOWN : clock(restedFor.value)}</b>
          <small>rest{rest?.planned_s ? ` of ${clock(rest.planned_s)}` : ""}</small>
        </p>
      </div>
      {given && (
        <div class="advice" data-verb={given.action.action}>
          <p class="headline">{given.headline}</p>
          <p class="reason">{given.reason}</p>
          {plates.length > 0 && <Plates plates={plates} />}
          <Why advice={given} />
        </div>
      )}
    </section>
  );
}

function SetTab({ id }: { id: string }) {
  const context = wantedContext();
  if (context === null || state.value === null) return <p class="quiet">Waiting for data…</p>;
  const lifted = history(state.value);
  const change = (part: Partial<Context>, soon = false) => {
    changeContext(id, part, soon);
    remember(id, { ...context, ...part });
  };
  const action = advice.value?.action;
  const proposed = action?.action === "next_load" ? action.load_kg : null;
  return (
    <>
      <section class="panel" data-panel="labels" aria-label="Next set" data-pending={Object.keys(pendingContext.value).length > 0}>
        <LabelsForm
          value={context}
          history={lifted}
          proposed_kg={proposed}
          bar_kg={state.value.station.bar_kg}
          onAthlete={(athlete) => change(withAthlete(context, athlete, lifted))}
          onExercise={(exercise) => change(chosen(context, context.athlete, exercise, lifted))}
          onLoad={(load_kg) => change({ load_kg }, true)}
          onTarget={(target_velocity_m_s) => change({ target_velocity_m_s }, true)}
          onGoal={(goal) => change({ goal })}
          onRole={(role) => change({ role })}
        />
      </section>
      <section class="panel" data-panel="reps" aria-label="Repetitions">
        <h2>{reps.value.length === 0 ? "No repetition yet" : `Tap a rep to ${TAPS[tapMode.value]}`}</h2>
        {oneSided.value && <TapModes />}
        <Reps />
        {set.value?.open && (
          <button type="button" class="wide" disabled={busy} onClick={() => void wish(() => client.endSet(id))}>
            End set
          </button>
        )}
      </section>
    </>
  );
}

const TAPS = { counts: "drop or restore it", left: "give it to the left side", right: "give it to the right side" };
type TapMode = keyof typeof TAPS;
const chosenMode = signal<TapMode>("counts");
/** One sensor may see both sides in turn: then somebody must say which was which. */
const oneSided = computed(() => state.value?.exercise?.sides === "each" || reps.value.some((rep) => rep.side !== null));
const tapMode = computed<TapMode>(() => (oneSided.value ? chosenMode.value : "counts"));

function TapModes() {
  const modes: [TapMode, string][] = [["counts", "Drop, restore"], ["left", "Left"], ["right", "Right"]];
  return (
    <div class="segments" role="group" aria-label="What a tap on a rep does">
      {modes.map(([mode, name]) => (
        <button key={mode} type="button" aria-pressed={tapMode.value === mode} onClick={() => (chosenMode.value = mode)}>
          {name}
        </button>
      ))}
    </div>
  );
}

function tap(rep: Rep): void {
  const mode = tapMode.value;
  void (mode === "counts" ? toggleRep(rep) : sideRep(rep, rep.side === mode ? null : mode));
}

/** What a tap would do, for those who hear the page. */
function tapInWords(rep: Rep): string {
  const mode = tapMode.value;
  if (mode === "counts") return rep.accepted ? "drop it" : "restore it";
  return rep.side === mode ? `not ${mode} after all` : `say that it was ${mode}`;
}

function Reps() {
  const which = primary(state.value);
  let counted = 0;
  return (
    <ol class="rep-grid">
      {reps.value.map((rep) => {
        if (rep.accepted) counted++;
        const velocity = velocityOf(rep, which);
        const what = [rep.accepted ? `rep ${counted}` : reason(rep.reject_reason), rep.side].filter(Boolean).join(" ");
        return (
          <li key={rep.id}>
            <button
              type="button"
              data-rep={rep.id}
              data-revision={rep.revision}
              data-standing={rep.accepted ? standing(velocity, set.value) : "rejected"}
              aria-pressed={rep.accepted}
              aria-label={`${fixed(velocity, 2)} metres per second, ${what}, ${tapInWords(rep)}`}
              onClick={() => tap(rep)}
            >
              <b>{fixed(velocity, 2)}</b>
              <small>{what}</small>
            </button>
          </li>
        );
      })}
    </ol>
  );
}
