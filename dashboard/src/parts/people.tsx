// Athletes: who they are, and what they weigh.

import { useState } from "preact/hooks";
import type { Athlete } from "../api";
import * as client from "../client";
import { busy, wish } from "../desk";
import { UNKNOWN } from "../format";
import { athletes, loadNames } from "../store";
import { Sheet } from "./sheets";

interface AthleteSheetProps {
  /** Whose data; null for a new one. */
  athlete: Athlete | null;
  onSaved?: (id: string) => void;
  onClose: () => void;
}

export function AthleteSheet({ athlete, onSaved, onClose }: AthleteSheetProps) {
  const [name, setName] = useState(athlete?.name ?? "");
  const [mass, setMass] = useState(String(athlete?.body_mass_kg ?? ""));
  const save = async (event: Event) => {
    event.preventDefault();
    const id = athlete?.id ?? newId(name, athletes.value);
    const said = { name, body_mass_kg: mass === "" ? null : Number(mass) };
    if (!(await wish(() => client.putAthlete(id, said, athlete === null)))) return;
    await loadNames();
    onSaved?.(id);
    onClose();
  };
  return (
    <Sheet title={athlete?.name ?? "New athlete"} onClose={onClose}>
      <form class="form" onSubmit={(event) => void save(event)}>
        <label>
          Name
          <input required maxLength={80} autocomplete="off" value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <label>
          Body mass, kg
          <input type="number" inputMode="decimal" min={20} max={400} step={0.1} value={mass} onInput={(event) => setMass(event.currentTarget.value)} />
          <small>For power of body and bar together; may stay empty.</small>
        </label>
        <button type="submit" class="wide primary" disabled={busy}>
          Save
        </button>
      </form>
    </Sheet>
  );
}

/** An identifier that a name suggests and nobody has: "Zoë Öz" is `zoe-oz`. */
export function newId(name: string, taken: { id: string }[]): string {
  const plain = name.normalize("NFKD").toLowerCase().replace(/[\u0300-\u036f]/g, "");
  const slug = plain.replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 36) || "athlete";
  const ids = new Set(taken.map(({ id }) => id));
  for (let n = 1; ; n++) {
    const id = n === 1 ? slug : `${slug}-${n}`;
    if (!ids.has(id)) return id;
  }
}

export function People() {
  const [edited, setEdited] = useState<Athlete | "new" | null>(null);
  return (
    <section class="panel" data-panel="athletes" aria-label="Athletes">
      <h2>Athletes</h2>
      <ul class="choices">
        {athletes.value.map((athlete) => (
          <li key={athlete.id}>
            <button type="button" onClick={() => setEdited(athlete)}>
              {athlete.name} <small>{athlete.body_mass_kg ?? UNKNOWN} kg</small>
            </button>
          </li>
        ))}
        <li>
          <button type="button" onClick={() => setEdited("new")}>
            New athlete…
          </button>
        </li>
      </ul>
      {edited && <AthleteSheet athlete={edited === "new" ? null : edited} onClose={() => setEdited(null)} />}
    </section>
  );
}
