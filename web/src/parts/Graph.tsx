import 'uplot/dist/uPlot.min.css';

import { useEffect, useRef } from 'react';
import UPlot from 'uplot';

interface Props {
  times: number[];
  values: (number | null)[];
  label: string;
  colour: string;
}

/** As it is at the moment of drawing: light and dark differ. */
export function colourOf(element: Element, variable: string): string {
  return getComputedStyle(element).getPropertyValue(variable).trim();
}

/** A small curve without axes; the number beside it says what it is about. */
export function Graph({ times, values, label, colour }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);

  useEffect(() => {
    const box = place.current!;
    plot.current = new UPlot(
      {
        width: Math.max(box.clientWidth, 80), height: 64, padding: [4, 0, 2, 0],
        cursor: { show: false }, legend: { show: false }, axes: [{ show: false }, { show: false }],
        scales: { y: { range: (_, __, highest) => [0, Math.max(highest, 1)] } },
        series: [{}, { stroke: () => colourOf(box, colour), width: 1.5, fill: () => `${colourOf(box, colour)}22`, points: { show: false } }],
      },
      [[], []], box,
    );
    const watch = new ResizeObserver(() => plot.current?.setSize({ width: Math.max(box.clientWidth, 80), height: 64 }));
    watch.observe(box);
    return () => {
      watch.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [colour]);

  useEffect(() => plot.current?.setData([times, values]), [times, values]);
  return <div ref={place} className="ek-graph" role="img" aria-label={label} />;
}
