// Sets that lack a label: reps and velocity are kept, and who, what and how much may come days later.

import { useState } from "preact/hooks";
import type { SetRecord } from "../api";
import * as client from "../client";
import { inbox, loadInbox, wish } from "../desk";
import { fixed, fromId, time } from "../format";
import { history, remember, usualLoad } from "../recent";
import { state } from "../store";
import { worstSide } from "../view";
import { type Labels, LabelsForm } from "./labels";

export function Inbox({ station }: { station: string }) {
  const sets = inbox.value;
  if (sets === null) return <p class="quiet">Waiting for data…</p>;
  if (sets.length === 0) return <p class="quiet">Every set has its labels.</p>;
  return (
    <ul class="inbox">
      {sets.map((set) => (
        <li key={set.id} class="panel" data-panel={`set-${set.id}`}>
          <Unlabelled set={set} station={station} />
        </li>
      ))}
    </ul>
  );
}

function Unlabelled({ set, station }: { set: SetRecord; station: string }) {
  const [open, setOpen] = useState(false);
  const [labels, setLabels] = useState<Labels>({ ...set, target_velocity_m_s: null });
  const summary = worstSide(set);
  const lifted = state.value ? history(state.value) : [];
  const change = (part: Partial<Labels>) => setLabels({ ...labels, ...part });
  const save = async () => {
    const { athlete, exercise, load_kg, goal, role, target_velocity_m_s } = labels;
    // unsaid, it stays as it was planned
    const target = target_velocity_m_s === null ? {} : { target_velocity_m_s };
    if (!(await wish(() => client.labelSet(set.id, { athlete, exercise, load_kg, goal, role, ...target })))) return;
    remember(station, labels);
    setOpen(false);
    await loadInbox(station);
  };
  return (
    <>
      <button type="button" class="inbox-head" aria-expanded={open} onClick={() => setOpen(!open)}>
        <b>
          {time(set.started_at, state.value?.gym.time_zone)} · {summary?.reps ?? 0} reps
        </b>
        <small>
          best {fixed(summary?.best_velocity_m_s, 2)} m/s · missing {set.unlabelled.map((part) => fromId(part.replace(/_kg$/, "")).toLowerCase()).join(", ")}
        </small>
      </button>
      {open && (
        <>
          <LabelsForm
            value={labels}
            history={lifted}
            proposed_kg={null}
            bar_kg={state.value?.station.bar_kg ?? 20}
            onAthlete={(athlete) => change({ athlete })}
            onExercise={(exercise) => change({ exercise, load_kg: labels.load_kg ?? usualLoad(lifted, labels.athlete, exercise) })}
            onLoad={(load_kg) => change({ load_kg })}
            onTarget={(target_velocity_m_s) => change({ target_velocity_m_s })}
            onGoal={(goal) => change({ goal })}
            onRole={(role) => change({ role })}
          />
          <button type="button" class="wide primary" onClick={() => void save()}>
            Save labels
          </button>
        </>
      )}
    </>
  );
}
