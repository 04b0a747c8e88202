// Who, what and how much: the same form for the next set and for a set that was lifted before anybody said.

import { useState } from "preact/hooks";
import type { Goal, SetRecord, SetRole } from "../api";
import { fixed, GOALS, kg, ROLES, UNKNOWN } from "../format";
import { type Lifted, recentFirst, USUAL } from "../recent";
import { athleteName, athletes, exerciseName, exercises } from "../store";
import { AthleteSheet } from "./people";
import { Keypad, Picker } from "./sheets";

export type Labels = Pick<SetRecord, "athlete" | "exercise" | "load_kg" | "goal" | "role"> & { target_velocity_m_s: number | null };

export interface LabelsProps {
  value: Labels;
  history: Lifted[];
  /** A load that the coach proposes. */
  proposed_kg: number | null;
  /** Where the steppers begin when no load is known. */
  bar_kg: number;
  onAthlete: (athlete: string | null) => void;
  onExercise: (exercise: string | null) => void;
  onLoad: (load_kg: number) => void;
  onTarget: (velocity_m_s: number | null) => void;
  onGoal: (goal: Goal | null) => void;
  onRole: (role: SetRole | null) => void;
}

const INLINE = 3;
const STEPS = [-5, -2.5, 2.5, 5];

export function LabelsForm(props: LabelsProps) {
  const { value, history } = props;
  const [open, setOpen] = useState<"athlete" | "new athlete" | "exercise" | "load" | null>(null);
  const people = recentFirst(athletes.value, [value.athlete, ...history.map((one) => one.athlete)]);
  const moves = recentFirst(exercises.value, [value.exercise, ...history.map((one) => one.exercise), ...USUAL]);
  const close = () => setOpen(null);
  return (
    <div class="labels">
      <Row label="Athlete">
        <Chips
          choices={people.slice(0, INLINE)}
          chosen={value.athlete}
          onChoose={props.onAthlete}
          more={{ label: "All athletes", open: () => setOpen("athlete") }}
        />
      </Row>
      <Row label="Exercise">
        <Chips
          choices={moves.slice(0, INLINE)}
          chosen={value.exercise}
          onChoose={props.onExercise}
          more={{ label: "All exercises", open: () => setOpen("exercise") }}
        />
      </Row>
      <Row label="Load">
        <Load {...props} onKeypad={() => setOpen("load")} />
      </Row>
      <Row label="Target velocity">
        <Target value={value.target_velocity_m_s} onTarget={props.onTarget} />
      </Row>
      <details class="more-labels">
        <summary>{[value.goal ? GOALS[value.goal] : "No goal", ROLES[value.role ?? "work"]].join(" · ")}</summary>
        <select
          aria-label="Goal"
          value={value.goal ?? ""}
          onChange={(event) => props.onGoal((event.currentTarget.value || null) as Goal | null)}
        >
          <option value="">{UNKNOWN} none</option>
          {Object.entries(GOALS).map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <div class="segments" role="group" aria-label="Role of the set">
          {Object.entries(ROLES).map(([id, name]) => (
            <button
              key={id}
              type="button"
              aria-pressed={(value.role ?? "work") === id}
              onClick={() => props.onRole(id as SetRole)}
            >
              {name}
            </button>
          ))}
        </div>
      </details>
      {open === "athlete" && (
        <Picker
          title="Athlete"
          choices={people}
          chosen={value.athlete}
          onChoose={props.onAthlete}
          onClose={close}
          more={{ label: "New athlete…", open: () => setOpen("new athlete") }}
        />
      )}
      {open === "new athlete" && <AthleteSheet athlete={null} onSaved={props.onAthlete} onClose={close} />}
      {open === "exercise" && (
        <Picker title="Exercise" choices={moves} chosen={value.exercise} onChoose={props.onExercise} onClose={close} />
      )}
      {open === "load" && <Keypad value={value.load_kg} onEnter={props.onLoad} onClose={close} />}
    </div>
  );
}

function Row({ label, children }: { label: string; children: preact.ComponentChildren }) {
  return (
    <div class="row" role="group" aria-label={label}>
      {children}
    </div>
  );
}

interface ChipsProps {
  choices: { id: string; name: string }[];
  chosen: string | null;
  onChoose: (id: string) => void;
  more: { label: string; open: () => void };
}

function Chips({ choices, chosen, onChoose, more }: ChipsProps) {
  return (
    <div class="chips">
      {choices.map(({ id, name }) => (
        <button key={id} type="button" aria-pressed={id === chosen} onClick={() => onChoose(id)}>
          {name}
        </button>
      ))}
      <button type="button" class="more" aria-label={more.label} onClick={more.open}>
        …
      </button>
    </div>
  );
}

function Load({ value, proposed_kg, bar_kg, onLoad, onKeypad }: LabelsProps & { onKeypad: () => void }) {
  const step = (by: number) => () => onLoad(value.load_kg === null ? bar_kg : Math.round((value.load_kg + by) * 100) / 100);
  const stepper = (by: number) => (
    <button key={by} type="button" class="step" aria-label={`${by > 0 ? "Add" : "Take off"} ${Math.abs(by)} kg`} onClick={step(by)}>
      {by > 0 ? "+" : "−"}
      {Math.abs(by)}
    </button>
  );
  return (
    <>
      <div class="load-row">
        {STEPS.slice(0, 2).map(stepper)}
        <button type="button" class="load-value" aria-label={`Load ${kg(value.load_kg)} kg, type another`} onClick={onKeypad}>
          <b>{kg(value.load_kg)}</b> kg
        </button>
        {STEPS.slice(2).map(stepper)}
      </div>
      {proposed_kg !== null && proposed_kg !== value.load_kg && (
        <button type="button" class="propose" onClick={() => onLoad(proposed_kg)}>
          Take the advised {kg(proposed_kg)} kg
        </button>
      )}
    </>
  );
}

const TARGET_STEP_M_S = 0.05;
/** Where the steppers begin: a mean velocity that most lifts of strength come by. */
const FIRST_TARGET_M_S = 0.5;
const MOST_TARGET_M_S = 3;

function Target({ value, onTarget }: { value: number | null; onTarget: LabelsProps["onTarget"] }) {
  const stepped = (by: number) => (value === null ? FIRST_TARGET_M_S : Math.round((value + by) * 100) / 100);
  const stepper = (by: number) => (
    <button
      type="button"
      class="step"
      aria-label={`Target ${TARGET_STEP_M_S} m/s ${by > 0 ? "faster" : "slower"}`}
      disabled={stepped(by) < TARGET_STEP_M_S || stepped(by) > MOST_TARGET_M_S}
      onClick={() => onTarget(stepped(by))}
    >
      {by > 0 ? "+" : "−"}
      {TARGET_STEP_M_S}
    </button>
  );
  return (
    <>
      <div class="load-row">
        {stepper(-TARGET_STEP_M_S)}
        <output class="target-value" aria-label="Target velocity">
          <b>{fixed(value, 2)}</b> m/s <small>target</small>
        </output>
        {stepper(TARGET_STEP_M_S)}
        <button type="button" class="step clear" aria-label="No target" disabled={value === null} onClick={() => onTarget(null)}>
          ✕
        </button>
      </div>
      {value === null && <p class="hint">Without a target no next load is advised.</p>}
    </>
  );
}

/** A set's labels in one line. */
export function labelsInWords({ athlete, exercise, load_kg }: Pick<Labels, "athlete" | "exercise" | "load_kg">): string {
  return [
    athleteName(athlete) ?? "nobody",
    exerciseName(exercise) ?? "no exercise",
    load_kg === null ? "no load" : `${kg(load_kg)} kg`,
  ].join(" · ");
}
