import type { RecordRow } from "@/api/queries";
import type { View } from "./use-view";
import { waterfallOf } from "./waterfall";

const COLOURS = { overhead: "var(--chart-5)", wait: "var(--chart-3)", stream: "var(--chart-1)" };

/** Where the time went, as one element: thousands of rows have one. */
export function WaterfallBar({ row, view: { t, format } }: { row: RecordRow; view: View }) {
  const { overhead, wait, stream, length } = waterfallOf(row);
  const total = overhead + wait + stream || 1;
  const first = (100 * overhead) / total;
  const second = first + (100 * wait) / total;
  const name = t(stream ? "waterfall.streamed" : "waterfall.plain", {
    overhead: format.duration(overhead),
    wait: format.duration(wait),
    stream: format.duration(stream),
  });
  const background = `linear-gradient(to right, ${COLOURS.overhead} ${first}%, ${COLOURS.wait} ${first}% ${second}%, ${COLOURS.stream} ${second}%)`;
  return (
    <span
      role="img"
      aria-label={name}
      title={name}
      className="block h-2 rounded-sm"
      style={{ width: `${length * 100}%`, background }}
    />
  );
}
