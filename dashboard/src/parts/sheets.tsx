// Sheets that come up from the lower edge, where a thumb reaches.

import { useEffect, useRef, useState } from "preact/hooks";
import { kg } from "../format";

interface SheetProps {
  title: string;
  onClose: () => void;
  children: preact.ComponentChildren;
}

export function Sheet({ title, onClose, children }: SheetProps) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => ref.current?.showModal(), []);
  return (
    <dialog ref={ref} class="sheet" aria-label={title} onClose={onClose} onClick={(event) => event.target === ref.current && onClose()}>
      <div class="sheet-head">
        <h2>{title}</h2>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
      {children}
    </dialog>
  );
}

interface PickerProps {
  title: string;
  choices: { id: string; name: string; aliases?: string[] }[];
  chosen: string | null;
  onChoose: (id: string | null) => void;
  onClose: () => void;
  /** What can be done when the one that is sought isn't there. */
  more?: { label: string; open: () => void };
}

/** More choices than this need a search. */
const SEARCH_FROM = 8;

/** A list to pick from, the recent ones first, with a search over names and other names. */
export function Picker({ title, choices, chosen, onChoose, onClose, more }: PickerProps) {
  const [sought, setSought] = useState("");
  const words = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const found = choices.filter(({ name, aliases }) => {
    const text = [name, ...(aliases ?? [])].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const choose = (id: string | null) => {
    onChoose(id);
    onClose();
  };
  return (
    <Sheet title={title} onClose={onClose}>
      {choices.length >= SEARCH_FROM && (
        <input
          type="search"
          placeholder="Search"
          aria-label={`Search ${title.toLowerCase()}`}
          value={sought}
          onInput={(event) => setSought(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && found[0] && choose(found[0].id)}
        />
      )}
      <ul class="choices">
        {found.map(({ id, name }) => (
          <li key={id}>
            <button type="button" aria-pressed={id === chosen} onClick={() => choose(id)}>
              {name}
            </button>
          </li>
        ))}
        {found.length === 0 && <li class="quiet">{choices.length === 0 ? "There is none yet." : "Nothing is called that."}</li>}
        {more && (
          <li>
            <button type="button" onClick={more.open}>
              {more.label}
            </button>
          </li>
        )}
        {chosen !== null && (
          <li>
            <button type="button" class="none" onClick={() => choose(null)}>
              None
            </button>
          </li>
        )}
      </ul>
    </Sheet>
  );
}

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "0", "⌫"];
/** Nobody loads more on a bar; a longer number is a slip. */
const MOST_KG = 999;

/** A load typed with the thumb. */
export function Keypad({ value, onEnter, onClose }: { value: number | null; onEnter: (kg: number) => void; onClose: () => void }) {
  const [typed, setTyped] = useState("");
  const entered = typed === "" || typed === "." ? null : Number(typed);
  const valid = entered !== null && entered <= MOST_KG;
  const press = (key: string) => {
    if (key === "⌫") setTyped(typed.slice(0, -1));
    else if (/^\d{0,3}(\.\d{0,2})?$/.test(typed + key)) setTyped(typed + key);
  };
  const enter = () => {
    if (!valid) return;
    onEnter(entered);
    onClose();
  };
  const typing = (event: KeyboardEvent) => {
    const key = { Backspace: "⌫", ",": "." }[event.key] ?? event.key;
    if (key === "Enter") {
      event.preventDefault();
      enter();
    } else if (KEYS.includes(key)) press(key);
  };
  return (
    <Sheet title="Load" onClose={onClose}>
      <div class="keypad" onKeyDown={typing}>
        <output aria-live="polite">
          {typed === "" ? <span class="quiet">{kg(value)}</span> : typed} kg
        </output>
        {KEYS.map((key) => (
          <button key={key} type="button" aria-label={key === "⌫" ? "Delete" : key} onClick={() => press(key)}>
            {key}
          </button>
        ))}
        <button type="button" class="primary" disabled={!valid} onClick={enter}>
          Set load
        </button>
      </div>
    </Sheet>
  );
}
