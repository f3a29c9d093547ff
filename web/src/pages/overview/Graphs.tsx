import { Card, CardBody, CardTitle, Progress, ProgressMeasureLocation, ProgressSize } from '@patternfly/react-core';
import { useMemo, useState } from 'react';

import { columns, history, kRenewMs, kSpans, newest, type Metric, type Span } from '../../api/history';
import type { Sample } from '../../api/live';
import { useLive } from '../../app/live';
import { bits, bytes, short, whole } from '../../parts/format';
import { Graph } from '../../parts/Graph';
import { SpanChoice } from '../../parts/SpanChoice';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';

interface Shown {
  name: string;
  colour: string;
  of: (sample: Sample) => number | null;
  metrics: Metric[];
  say: (value: number) => string;
}

const kGraphs: Shown[] = [
  { name: text.overview.graphs.bytes, colour: '--ek-blue', of: (sample) => sample.bytes, metrics: ['bytes_in', 'bytes_out'], say: bits },
  {
    name: text.overview.graphs.connections, colour: '--ek-green', of: (sample) => sample.connections, metrics: ['connections'],
    say: (value) => `${short(value)}/s`,
  },
  { name: text.overview.graphs.active, colour: '--ek-purple', of: (sample) => sample.active, metrics: ['active'], say: short },
  { name: text.overview.graphs.load, colour: '--ek-teal', of: (sample) => sample.load, metrics: ['load'], say: (value) => value.toFixed(2) },
  { name: text.overview.graphs.memory, colour: '--ek-yellow', of: (sample) => sample.memory, metrics: ['memory'], say: bytes },
];

type Choice = 'live' | Span;

interface Curve {
  times: number[];
  values: (number | null)[];
}

function GraphCard({ shown, curve }: { shown: Shown; curve: Curve }) {
  const value = newest(curve.values);
  const now = value === null ? '–' : shown.say(value);
  return (
    <Card isCompact>
      <CardTitle component="h2">{shown.name}</CardTitle>
      <CardBody>
        <div className="ek-graph-value">{now}</div>
        <Graph times={curve.times} values={curve.values} label={text.overview.graphCaption(shown.name, now)} colour={shown.colour} />
      </CardBody>
    </Card>
  );
}

function LiveCard({ shown }: { shown: Shown }) {
  const { samples } = useLive();
  const curve = useMemo(() => ({ times: samples.map((sample) => sample.at), values: samples.map(shown.of) }), [samples, shown]);
  return <GraphCard shown={shown} curve={curve} />;
}

const kNothing: Curve = { times: [], values: [] };

/** What several metrics come to together; known where one of them is. */
async function sum(metrics: Metric[], span: Span, signal: AbortSignal): Promise<Curve> {
  const [first = kNothing, ...rest] = (await Promise.all(metrics.map((metric) => history('system', metric, span, signal)))).map((series) => columns(series));
  const values = first.values.map((value, index) => rest.reduce((total, { values: more }) => (total === null ? more[index] ?? null : total + (more[index] ?? 0)), value));
  return { times: first.times, values };
}

function HistoryCard({ shown, span }: { shown: Shown; span: Span }) {
  const loaded = useLoaded((signal) => sum(shown.metrics, span, signal), span, kRenewMs[span]);
  return <GraphCard shown={shown} curve={loaded.value ?? kNothing} />;
}

function TableCard() {
  const { status } = useLive();
  if (!status) return null;
  const { used, size } = status.connection_table;
  const caption = text.overview.tableUse(whole(used), whole(size));
  return (
    <Card isCompact>
      <CardTitle component="h2">{text.overview.graphs.table}</CardTitle>
      <CardBody>
        <div className="ek-graph-value">{size > 0 ? `${((100 * used) / size).toFixed(1)} %` : '–'}</div>
        <Progress value={size > 0 ? (100 * used) / size : 0} size={ProgressSize.sm} measureLocation={ProgressMeasureLocation.none} aria-label={text.overview.graphs.table} />
        <p className="ek-subtle">{caption}</p>
      </CardBody>
    </Card>
  );
}

/** Of the whole load balancer: the last five minutes as they pass, or what was from the last hour to the last year. */
export function Graphs() {
  const [choice, setChoice] = useState<Choice>('live');
  return (
    <div className="ek-tight">
      <div className="ek-toolbar-gap"><SpanChoice spans={['live', ...kSpans] as const} span={choice} onChange={setChoice} /></div>
      <div className="ek-graphs">
        {kGraphs.map((shown) => (choice === 'live' ? <LiveCard key={shown.name} shown={shown} /> : <HistoryCard key={shown.name} shown={shown} span={choice} />))}
        <TableCard />
      </div>
    </div>
  );
}
