// What each sensor is for: on which bar it sits, or on whose shoe.

import { useEffect, useState } from "preact/hooks";
import type { Mount, Sensor, SensorRole, Side, Station } from "../api";
import * as client from "../client";
import { busy, wish } from "../desk";
import { fromId } from "../format";
import { athleteName, athletes, state } from "../store";
import { LINKS } from "./sensors";
import { Sheet } from "./sheets";

/** Sensors that are there and count nowhere. */
export function homeless(sensors: Iterable<Sensor>): Sensor[] {
  return [...sensors].filter(({ role, link }) => role === null && link !== "down");
}

export function roleInWords({ role }: Pick<Sensor, "role">): string {
  if (role === null) return "no role yet";
  if (role.role === "strap") return `strap of ${athleteName(role.athlete)}`;
  if (role.role === "treadmill") return "treadmill";
  const side = role.role === "bar" ? role.side : role.foot;
  const whose = role.role === "bar" ? `bar of ${role.station}` : `foot of ${athleteName(role.athlete)}`;
  return side === null ? whose : `${whose}, ${side}`;
}

export function Roles() {
  const [edited, setEdited] = useState<string | null>(null);
  const sensors = state.value?.sensors;
  const sensor = edited === null ? undefined : sensors?.get(edited);
  return (
    <section class="panel" data-panel="roles" aria-label="Sensors">
      <h2>Sensors</h2>
      {!sensors?.size && <p class="quiet">No sensor has been heard yet: switch one on near the receiver.</p>}
      <ul class="choices">
        {[...(sensors?.values() ?? [])].map((sensor) => (
          <li key={sensor.sensor}>
            <button type="button" data-link={sensor.link} onClick={() => setEdited(sensor.sensor)}>
              <span class="dot" aria-hidden="true" /> {sensor.name ?? sensor.sensor}{" "}
              <small data-low={sensor.role === null}>
                {roleInWords(sensor)} · {LINKS[sensor.link]}
              </small>
            </button>
          </li>
        ))}
      </ul>
      {sensor && <SensorSheet sensor={sensor} onClose={() => setEdited(null)} />}
    </section>
  );
}

const MOUNTS: Mount[] = ["shaft", "collar", "sleeve", "handle", "wrist", "belt"];
const SIDES: Side[] = ["left", "right"];

function SensorSheet({ sensor, onClose }: { sensor: Sensor; onClose: () => void }) {
  const [name, setName] = useState(sensor.name ?? "");
  const [role, setRole] = useState<SensorRole | null>(sensor.role);
  const [unit, setUnit] = useState(sensor.cadence_unit);
  const [stations, setStations] = useState<Station[]>([]);
  const here = state.value?.station;
  useEffect(() => void client.stations().then(({ items }) => setStations(items), () => here && setStations([here])), []);
  const someone = athletes.value[0]?.id;
  const choose = (kind: string) => {
    if (kind === "bar" && here) setRole({ role: "bar", station: here.id, mount: null, side: null });
    else if (kind === "footpod" && someone) setRole({ role: "footpod", athlete: someone, foot: null });
    else if (kind === "strap" && someone) setRole({ role: "strap", athlete: someone });
    else if (kind === "treadmill") setRole({ role: "treadmill", athlete: null });
    else setRole(null);
  };
  const save = async (event: Event) => {
    event.preventDefault();
    const said = { name: name.trim() || null, role, cadence_unit: unit };
    if (await wish(() => client.putSensor(sensor.sensor, said))) onClose();
  };
  return (
    <Sheet title={sensor.name ?? sensor.sensor} onClose={onClose}>
      <form class="form" onSubmit={(event) => void save(event)}>
        <label>
          Name
          <input maxLength={80} autocomplete="off" placeholder={sensor.sensor} value={name} onInput={(event) => setName(event.currentTarget.value)} />
        </label>
        <Choice label="It is on" value={role?.role ?? ""} none="nothing" choices={[["bar", "a bar"], ...(someone ? ([["footpod", "a shoe"], ["strap", "a chest or wrist"]] as const) : []), ["treadmill", "a treadmill"]]} onChoose={choose} />
        {role?.role === "bar" && (
          <>
            <Choice label="At" value={role.station} choices={stations.map(({ id, name }) => [id, name])} onChoose={(station) => setRole({ ...role, station })} />
            <Choice label="Fixed to" value={role.mount ?? ""} none="what is usual for the exercise" choices={MOUNTS.map(named)} onChoose={(mount) => setRole({ ...role, mount: (mount || null) as Mount | null })} />
            <Choice label="Side" value={role.side ?? ""} none="both" choices={SIDES.map(named)} onChoose={(side) => setRole({ ...role, side: (side || null) as Side | null })} />
          </>
        )}
        {role?.role === "footpod" && (
          <>
            <Choice label="Whose" value={role.athlete} choices={athletes.value.map(({ id, name }) => [id, name])} onChoose={(athlete) => setRole({ ...role, athlete })} />
            <Choice label="Foot" value={role.foot ?? ""} none="not known" choices={SIDES.map(named)} onChoose={(foot) => setRole({ ...role, foot: (foot || null) as Side | null })} />
            <Choice label="It counts" value={unit ?? ""} none="find out" choices={[["strides", "strides"], ["steps", "steps"]]} onChoose={(said) => setUnit((said || null) as Sensor["cadence_unit"])} />
          </>
        )}
        {role?.role === "strap" && (
          <Choice label="Whose" value={role.athlete} choices={athletes.value.map(({ id, name }) => [id, name])} onChoose={(athlete) => setRole({ ...role, athlete })} />
        )}
        {role?.role === "treadmill" && (
          <Choice label="Who runs on it" value={role.athlete ?? ""} none="not said" choices={athletes.value.map(({ id, name }) => [id, name])} onChoose={(athlete) => setRole({ ...role, athlete: athlete || null })} />
        )}
        <button type="submit" class="wide primary" disabled={busy}>
          Save
        </button>
      </form>
    </Sheet>
  );
}

const named = (id: string) => [id, fromId(id).toLowerCase()] as const;

interface ChoiceProps {
  label: string;
  value: string;
  /** What choosing nothing is called, where that is possible. */
  none?: string;
  choices: (readonly [id: string, name: string])[];
  onChoose: (id: string) => void;
}

function Choice({ label, value, none, choices, onChoose }: ChoiceProps) {
  return (
    <label>
      {label}
      <select value={value} onChange={(event) => onChoose(event.currentTarget.value)}>
        {none && <option value="">{none}</option>}
        {choices.map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
