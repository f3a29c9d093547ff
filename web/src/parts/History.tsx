import 'uplot/dist/uPlot.min.css';

import { useEffect, useRef } from 'react';
import UPlot from 'uplot';

import type { Span } from '../api/history';
import { text } from '../text/en';

export interface Curve {
  name: string;
  colour: string;
  values: (number | null)[];
}

interface Props {
  times: number[];
  curves: Curve[];
  span: Span;
  label: string;
  say: (value: number) => string;
}

const kHeight = 180;

/** As it is at the moment of drawing: light and dark differ. */
function colourOf(element: Element, variable: string): string {
  return getComputedStyle(element).getPropertyValue(variable).trim();
}

/** Clock times within a day, dates beyond. */
function timeOf(span: Span): (at: number) => string {
  const options: Intl.DateTimeFormatOptions = span === 'hour' || span === 'day' ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'short' };
  return (at) => new Date(at * 1000).toLocaleString('en-GB', options);
}

function optionsOf(box: HTMLElement, { curves, span, say }: Props): UPlot.Options {
  const ink = () => colourOf(box, '--pf-t--global--text--color--subtle');
  const lines = { stroke: () => colourOf(box, '--pf-t--global--border--color--default'), width: 1 };
  const font = '12px system-ui, sans-serif';
  const time = timeOf(span);
  const whole = (at: number) => new Date(at * 1000).toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
  return {
    width: Math.max(box.clientWidth, 200), height: kHeight, padding: [8, 22, 2, 0], cursor: { y: false },
    axes: [
      { stroke: ink, font, grid: { show: false }, ticks: lines, values: (_, splits) => splits.map(time) },
      { stroke: ink, font, size: 78, grid: lines, ticks: { show: false }, values: (_, splits) => splits.map(say) },
    ],
    scales: { y: { range: (_, __, highest) => [0, Math.max(highest * 1.05, 1)] } },
    series: [
      { label: text.history.at, value: (_, at) => (at === null ? '–' : whole(at)) },
      ...curves.map(({ name, colour }) => ({
        label: name, stroke: () => colourOf(box, colour), width: 1.5, fill: () => `${colourOf(box, colour)}22`, points: { show: false },
        value: (_: UPlot, value: number | null) => (value === null ? '–' : say(value)),
      })),
    ],
  };
}

/** Curves over time with their axes; the legend says what is under the pointer. Where nothing is known there is a gap. */
export function History(props: Props) {
  const { times, curves, span, label } = props;
  const place = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  const names = curves.map(({ name }) => name).join();
  const plot = useRef<UPlot | null>(null);

  useEffect(() => {
    const box = place.current!;
    plot.current = new UPlot(optionsOf(box, latest.current), [latest.current.times, ...latest.current.curves.map(({ values }) => values)], box);
    const watch = new ResizeObserver(() => plot.current?.setSize({ width: Math.max(box.clientWidth, 200), height: kHeight }));
    watch.observe(box);
    return () => {
      watch.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [span, names]);

  useEffect(() => plot.current?.setData([times, ...curves.map(({ values }) => values)]), [times, curves]);
  return <div ref={place} className="ek-history" role="img" aria-label={label} />;
}
