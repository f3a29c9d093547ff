import { Card, CardBody, CardTitle, Progress, ProgressMeasureLocation, ProgressSize } from '@patternfly/react-core';
import { useMemo } from 'react';

import type { Sample } from '../../api/live';
import { useLive } from '../../app/live';
import { bits, short, whole } from '../../parts/format';
import { Graph } from '../../parts/Graph';
import { text } from '../../text/en';

interface Shown {
  name: string;
  colour: string;
  of: (sample: Sample) => number;
  say: (value: number) => string;
}

const kGraphs: Shown[] = [
  { name: text.overview.graphs.bytes, colour: '--pf-t--chart--color--blue--300', of: (sample) => sample.bytes, say: bits },
  { name: text.overview.graphs.connections, colour: '--pf-t--chart--color--green--300', of: (sample) => sample.connections, say: (value) => `${short(value)} ${text.overview.perSecond}` },
  { name: text.overview.graphs.active, colour: '--pf-t--chart--color--purple--300', of: (sample) => sample.active, say: short },
];

function GraphCard({ shown, samples }: { shown: Shown; samples: Sample[] }) {
  const times = useMemo(() => samples.map((sample) => sample.at), [samples]);
  const values = useMemo(() => samples.map(shown.of), [samples, shown]);
  const now = shown.say(values[values.length - 1] ?? 0);
  return (
    <Card isCompact>
      <CardTitle component="h2">{shown.name}</CardTitle>
      <CardBody>
        <div className="ek-graph-value">{now}</div>
        <Graph times={times} values={values} label={text.overview.graphCaption(shown.name, now)} colour={shown.colour} />
      </CardBody>
    </Card>
  );
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

/** The last five minutes of the whole load balancer, from when this page was opened. */
export function Graphs() {
  const { samples } = useLive();
  return (
    <div className="ek-graphs">
      {kGraphs.map((shown) => <GraphCard key={shown.name} shown={shown} samples={samples} />)}
      <TableCard />
    </div>
  );
}
