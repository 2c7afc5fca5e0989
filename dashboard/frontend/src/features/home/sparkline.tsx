import { pathOf } from "./hours";

const WIDTH = 72;
const HEIGHT = 20;

/** A course without axes: the number beside it says the rest, so a screen reader passes over it. */
export function Sparkline({ values }: { values: number[] }) {
  if (values.length < 2) return null;
  return (
    <svg
      aria-hidden="true"
      viewBox={`-1 -1 ${WIDTH + 2} ${HEIGHT + 2}`}
      className="h-5 w-18 shrink-0 overflow-visible text-primary"
      preserveAspectRatio="none"
    >
      <path
        d={pathOf(values, WIDTH, HEIGHT)}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
