import { Card, CardBody, CardTitle, FormSelect, FormSelectOption, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import { useMemo, useState } from 'react';

import { columns, history, kRenewMs, kSpans, most, newest, type Metric, type Span } from '../../api/history';
import type { WholeStatus } from '../../api/types';
import { useWhole } from '../../app/live';
import { bits, bytes, short } from '../../parts/format';
import { History } from '../../parts/History';
import { Loaded, Page } from '../../parts/Page';
import { SpanChoice } from '../../parts/SpanChoice';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';

const names = text.history;

interface Part {
  metric: Metric;
  name: string;
  colour: string;
  scale?: number;
}

interface Graph {
  title: string;
  parts: Part[];
  say: (value: number) => string;
}

const kBlue = '--ek-blue';
const kOrange = '--ek-orange';

const kGraphs: Graph[] = [
  { title: names.traffic, parts: [{ metric: 'bytes_in', name: text.reports.traffic.in, colour: kBlue }, { metric: 'bytes_out', name: text.reports.traffic.out, colour: kOrange }], say: bits },
  { title: names.connections, parts: [{ metric: 'connections', name: names.perSecond, colour: '--ek-green' }], say: (value) => `${short(value)}/s` },
  { title: names.active, parts: [{ metric: 'active', name: names.atOnce, colour: '--ek-purple' }], say: short },
];

const kSystemGraphs: Graph[] = [
  { title: names.load, parts: [{ metric: 'load', name: names.processes, colour: '--ek-teal' }], say: (value) => value.toFixed(2) },
  { title: names.memory, parts: [{ metric: 'memory', name: names.used, colour: '--ek-yellow' }], say: bytes },
];

function objectsOf(status: WholeStatus | null): { object: string; label: string }[] {
  const services = [...(status?.virtual_services ?? []), ...(status?.layer7.services ?? [])];
  return services.flatMap((service) => [
    { object: `virtual_service/${service.label}`, label: service.label },
    ...service.real_servers.map(({ label }) => ({ object: `real_server/${service.label}/${label}`, label: `${service.label} / ${label}` })),
  ]);
}

function GraphCard({ graph, object, span }: { graph: Graph; object: string; span: Span }) {
  const loaded = useLoaded(
    (signal) => Promise.all(graph.parts.map(({ metric }) => history(object, metric, span, signal))), `${object} ${span}`, kRenewMs[span],
  );
  const curves = useMemo(
    () => graph.parts.map((part, index) => ({ ...part, values: loaded.value?.[index] ? columns(loaded.value[index]).values : [] })), [graph, loaded.value],
  );
  const times = useMemo(() => (loaded.value?.[0] ? columns(loaded.value[0]).times : []), [loaded.value]);
  const facts = curves.map(({ name, values, colour }) => {
    const [now, peak] = [newest(values), most(values)];
    return { name, colour, words: `${name}: ${now === null ? '–' : graph.say(now)}, ${names.peak} ${peak === null ? '–' : graph.say(peak)}` };
  });
  return (
    <Card isCompact>
      <CardTitle component="h2">{graph.title}</CardTitle>
      <CardBody>
        <Loaded loaded={loaded}>{() => <History times={times} curves={curves} span={span} label={`${graph.title}. ${facts.map(({ words }) => words).join('. ')}`} say={graph.say} />}</Loaded>
        <p className="ek-subtle">{facts.map(({ name, colour, words }) => <span key={name} className="ek-key" style={{ color: `var(${colour})` }}><span>{words}</span></span>)}</p>
      </CardBody>
    </Card>
  );
}

/** From the last hour to the last year: of the whole load balancer, a virtual service, or one real server of it. */
export default function HistoryPage() {
  const status = useWhole();
  const [object, setObject] = useState('system');
  const [span, setSpan] = useState<Span>('hour');
  const graphs = object === 'system' ? [...kGraphs, ...kSystemGraphs] : kGraphs;
  return (
    <Page title={text.page.history} actions={<SpanChoice spans={kSpans} span={span} onChange={setSpan} />}>
      <Toolbar inset={{ default: 'insetNone' }}>
        <ToolbarContent>
          <ToolbarItem>
            <FormSelect aria-label={names.object} value={object} onChange={(_, chosen) => setObject(chosen)}>
              <FormSelectOption value="system" label={names.system} />
              {objectsOf(status).map((one) => <FormSelectOption key={one.object} value={one.object} label={one.label} />)}
            </FormSelect>
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <div className="ek-stack">{graphs.map((graph) => <GraphCard key={graph.title} graph={graph} object={object} span={span} />)}</div>
    </Page>
  );
}
