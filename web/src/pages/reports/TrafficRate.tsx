import { ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';
import { useState } from 'react';

import { get } from '../../api/client';
import type { Rates, Traffic, TrafficRow } from '../../api/types';
import { bits, short } from '../../parts/format';
import { Empty, Loaded, Page } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';

const kWindows = ['1s', '10s', '60s'] as const;
type Window = (typeof kWindows)[number];

function Cells({ rates, isAside }: { rates: Rates | null; isAside: boolean }) {
  const names = text.reports.traffic;
  return (
    <>
      <Td dataLabel={names.connections}>{rates ? short(rates.connections) : '–'}</Td>
      <Td dataLabel={names.packets}>{rates ? short(rates.packets) : '–'}</Td>
      <Td dataLabel={names.in} className="ek-nowrap">{rates ? bits(rates.bytes) : '–'}</Td>
      <Td dataLabel={names.out} className="ek-nowrap">{isAside ? <span title={names.answersAsideHelp}>{names.answersAside}</span> : rates ? bits(rates.bytes_out) : '–'}</Td>
    </>
  );
}

function Line({ row, window, isAside, isServer }: { row: TrafficRow; window: Window; isAside: boolean; isServer: boolean }) {
  return (
    <Tr className={isServer ? 'ek-server-row' : undefined}>
      <Td dataLabel={isServer ? text.overview.columns.server : text.overview.columns.service} className={isServer ? 'ek-indent' : undefined}>{isServer ? row.label : <strong>{row.label}</strong>}</Td>
      <Cells rates={row.rates[window]} isAside={isAside} />
    </Tr>
  );
}

function TrafficTable({ traffic, window }: { traffic: Traffic; window: Window }) {
  const names = text.reports.traffic;
  if (traffic.virtual_services.length === 0) return <Empty title={text.reports.none(4)} body={text.reports.noneText} />;
  return (
    <Table aria-label={text.page.traffic}>
      <Thead>
        <Tr>
          <Th>{text.overview.columns.service}</Th><Th>{names.connections}</Th><Th>{names.packets}</Th><Th>{names.in}</Th><Th>{names.out}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {traffic.virtual_services.flatMap((service) => {
          const isAside = ['direct_routing', 'tunnel'].includes(service.forwarding_method);
          return [
            <Line key={service.label} row={service} window={window} isAside={isAside} isServer={false} />,
            ...service.real_servers.map((server) => <Line key={`${service.label}/${server.label}`} row={server} window={window} isAside={isAside} isServer />),
          ];
        })}
      </Tbody>
    </Table>
  );
}

export default function TrafficRate() {
  const [window, setWindow] = useState<Window>('10s');
  const loaded = useLoaded((signal) => get<Traffic>('traffic', {}, signal), 'traffic', 1000);
  const actions = (
    <ToggleGroup isCompact aria-label={text.reports.traffic.window}>
      {kWindows.map((name) => <ToggleGroupItem key={name} text={name.replace('s', ' s')} isSelected={window === name} onChange={() => setWindow(name)} />)}
    </ToggleGroup>
  );
  return (
    <Page title={text.page.traffic} actions={actions} lead={`${text.reports.traffic.connections}, ${text.reports.traffic.packets.toLowerCase()} ${text.overview.perSecond}.`}>
      <Loaded loaded={loaded}>{(traffic) => <TrafficTable traffic={traffic} window={window} />}</Loaded>
    </Page>
  );
}
