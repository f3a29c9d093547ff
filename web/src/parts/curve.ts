// A curve as SVG takes it, in a box of so many units.

export interface Box {
  width: number;
  height: number;
}

interface Point {
  x: number;
  y: number;
}

/** Where something is known without a gap, each stretch by itself. */
function stretches(times: readonly number[], values: readonly (number | null)[], { width, height }: Box): Point[][] {
  const [first, last] = [times[0] ?? 0, times.at(-1) ?? 0];
  const highest = Math.max(1, ...values.map((value) => value ?? 0));
  const all: Point[][] = [[]];
  values.forEach((value, index) => {
    if (value === null) all.push([]);
    else all.at(-1)!.push({ x: (width * ((times[index] ?? last) - first)) / (last - first || 1), y: height * (1 - value / highest) });
  });
  return all.filter((stretch) => stretch.length > 0);
}

const at = ({ x, y }: Point) => `${x.toFixed(1)} ${y.toFixed(1)}`;

/** The line, and what lies below it. */
export function curveOf(times: readonly number[], values: readonly (number | null)[], box: Box): { line: string; area: string } {
  const all = stretches(times, values, box);
  const line = all.map((stretch) => `M${stretch.map(at).join('L')}`).join('');
  const area = all.map((stretch) => `M${at({ x: stretch[0]!.x, y: box.height })}L${stretch.map(at).join('L')}L${at({ x: stretch.at(-1)!.x, y: box.height })}Z`).join('');
  return { line, area };
}
