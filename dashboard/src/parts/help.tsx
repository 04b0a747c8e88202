// Keys of a page, and the list of them.

import { useEffect, useRef } from "preact/hooks";

let dialog: HTMLDialogElement | null = null;

export function useShortcuts(keys: Record<string, () => void>): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLInputElement;
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "?") return dialog?.open ? dialog.close() : dialog?.showModal();
      keys[event.key]?.();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  });
}

export function Help({ keys }: { keys: Record<string, string> }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    dialog = ref.current;
    return () => {
      dialog = null;
    };
  }, []);
  return (
    <>
      <button class="help-button" type="button" aria-label="Keys" onClick={() => ref.current?.showModal()}>
        ?
      </button>
      <dialog ref={ref} aria-label="Keys" onClick={(event) => event.target === ref.current && ref.current?.close()}>
        <dl>
          {Object.entries(keys).map(([key, what]) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          ))}
        </dl>
        <form method="dialog">
          <button>Close</button>
        </form>
      </dialog>
    </>
  );
}
