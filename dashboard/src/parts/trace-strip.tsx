import { useEffect, useRef } from "preact/hooks";
import { onTrace } from "../store";
import { colour, onColours } from "../theme";
import { TraceStrip } from "../trace";

export function LiveTrace() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!canvas.current) return;
    const colours = () => ({ up: colour("--accent"), down: colour("--muted"), axis: colour("--line") });
    const strip = new TraceStrip(canvas.current, colours());
    const size = new ResizeObserver(() => strip.resize());
    size.observe(canvas.current);
    const ends = [onTrace((trace) => strip.push(trace)), onColours(() => strip.recolour(colours())), () => size.disconnect()];
    return () => ends.forEach((end) => end());
  }, []);
  return <canvas ref={canvas} class="trace" role="img" aria-label="Velocity of the bar in the last seconds" />;
}
