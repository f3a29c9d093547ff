import { curveOf } from './curve';

interface Props {
  times: readonly number[];
  values: readonly (number | null)[];
  label: string;
  /** A variable of style.css. */
  colour: string;
}

const kBox = { width: 300, height: 60 };

/** A small curve without axes; the number beside it says what it is about. */
export function Graph({ times, values, label, colour }: Props) {
  const { line, area } = curveOf(times, values, kBox);
  return (
    <svg className="ek-graph" role="img" aria-label={label} style={{ color: `var(${colour})` }} viewBox={`0 -2 ${kBox.width} ${kBox.height + 4}`} preserveAspectRatio="none">
      <path d={area} fill="currentColor" fillOpacity="0.13" />
      <path d={line} fill="none" stroke="currentColor" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
