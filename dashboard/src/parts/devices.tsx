// Devices that may change things; their tokens are shown to nobody.

import { useEffect, useState } from "preact/hooks";
import type { TokenName } from "../api";
import * as client from "../client";
import { busy, wish } from "../desk";
import { date } from "../format";

export function Devices({ zone }: { zone: string | undefined }) {
  const [tokens, setTokens] = useState<TokenName[] | null>(null);
  const [asked, setAsked] = useState<string | null>(null);
  const load = () => client.tokens().then(({ items }) => setTokens(items), () => {}); // the page says already what is wrong
  useEffect(() => void load(), []);
  const revoke = async (name: string) => {
    await wish(() => client.revokeToken(name));
    setAsked(null);
    await load();
  };
  return (
    <section class="panel" data-panel="devices" aria-label="Devices">
      <h2>Devices that may change things</h2>
      {tokens?.length === 0 && <p class="quiet">None but the daemon's own machine.</p>}
      <ul class="devices">
        {tokens?.map(({ name, made_at }) => (
          <li key={name}>
            <span>
              <b>{name}</b> {made_at && <small>since {date(made_at, zone)}</small>}
            </span>
            {/* the first tap only asks: what is revoked can't be given back from here */}
            <button type="button" data-asked={asked === name} disabled={busy} onClick={() => (asked === name ? void revoke(name) : setAsked(name))}
              aria-label={asked === name ? `Really take the right from ${name}` : `Take the right from ${name}`}>
              {asked === name ? "Really?" : "Revoke"}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
