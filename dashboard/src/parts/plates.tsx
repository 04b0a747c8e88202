// The plates of one side of the bar, heaviest next to the collar, as they are put on.

import { kg } from "../format";

/** Diameter as a share of the largest plate's: discs of 10 kg and more are all of full size, change plates are not. */
function diameter(plate: number): number {
  return plate >= 10 ? 1 : plate >= 5 ? 0.72 : plate >= 2.5 ? 0.6 : 0.5;
}

const COLOURED = [25, 20, 15, 10, 5, 2.5, 1.25];

export function Plates({ plates }: { plates: number[] }) {
  if (plates.length === 0) return null;
  return (
    <div class="plates" role="img" aria-label={`Each side: ${plates.map(kg).join(", ")} kg`} style={{ "--n": plates.length }}>
      {plates.map((plate, i) => (
        <span
          key={i}
          class="plate"
          data-kg={COLOURED.includes(plate) ? kg(plate) : "other"}
          style={{ "--d": diameter(plate) }}
        >
          {kg(plate)}
        </span>
      ))}
    </div>
  );
}
