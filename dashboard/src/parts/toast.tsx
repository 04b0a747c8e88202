// One line about what was just done or refused, with one tap to undo it.

import { dismissToast, toast } from "../desk";

export function ToastLine() {
  const said = toast.value;
  return (
    <div class="toast" role="status" data-shown={said !== null}>
      {said && (
        <>
          <span>
            {said.text} {said.hint}
          </span>
          {said.undo && (
            <button
              type="button"
              onClick={() => {
                said.undo?.();
                dismissToast();
              }}
            >
              Undo
            </button>
          )}
        </>
      )}
    </div>
  );
}
