const [WIDTH, HEIGHT] = [72, 20];

/** The course of a number in little; its table is the chart's. */
export function Sparkline({ values }: { values: number[] }) {
  const most = Math.max(...values, 0) || 1;
  const width = WIDTH / values.length;
  return (
    <svg
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="fill-chart-1"
      aria-hidden="true"
    >
      {values.map((value, index) => {
        const height = value ? Math.max(1, (value / most) * HEIGHT) : 0;
        return (
          <rect
            key={index}
            x={index * width}
            y={HEIGHT - height}
            width={Math.max(0.5, width - 0.5)}
            height={height}
          />
        );
      })}
    </svg>
  );
}
