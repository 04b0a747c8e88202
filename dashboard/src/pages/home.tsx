// All stations, or straight to the only one.

import { useEffect, useState } from "preact/hooks";
import type { Station } from "../api";
import * as client from "../client";

export function Home() {
  const [stations, setStations] = useState<Station[] | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    const load = () =>
      client.stations().then(
        ({ items }) => {
          setTrouble(null);
          setStations(items);
          const [only, ...others] = items;
          if (only && others.length === 0) location.replace(`/station/${encodeURIComponent(only.id)}`);
        },
        (error: Error) => setTrouble(error.message),
      );
    void load();
    const again = setInterval(load, 5000);
    return () => clearInterval(again);
  }, []);
  return (
    <main class="page">
      <h1>Ironstride</h1>
      {trouble && (
        <p class="notice" role="alert">
          {trouble} Trying again…
        </p>
      )}
      {stations?.length === 0 && <p>No station is configured. Stations are listed in ironstride.toml.</p>}
      <ul class="cards">
        {stations?.map((station) => (
          <li key={station.id} class="panel" data-panel={station.id}>
            <h2>{station.name}</h2>
            <a class="button" href={`/station/${encodeURIComponent(station.id)}`}>
              Wall
            </a>
            <a class="button" href={`/phone/${encodeURIComponent(station.id)}`}>
              Phone
            </a>
          </li>
        ))}
      </ul>
      <p>
        <a href="/status">Status</a>
      </p>
    </main>
  );
}
