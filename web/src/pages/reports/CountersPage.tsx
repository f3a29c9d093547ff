
import type { Counters } from '../../api/types';
import { useWhole } from '../../app/live';
import { bytes, whole } from '../../parts/format';
import { Empty, Page, Waiting } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { text } from '../../text/en';

const names = text.reports;
const kBothWays = `(${names.traffic.in} / ${names.traffic.out})`;
const kPackets = `${names.traffic.packets} ${kBothWays}`;
const kBytes = `${text.overview.columns.traffic} ${kBothWays}`;

function Line({ label, counters, isServer }: { label: string; counters: Counters; isServer: boolean }) {
  return (
    <Tr className={isServer ? 'ek-server-row' : undefined}>
      <Td dataLabel={isServer ? text.overview.columns.server : text.overview.columns.service} className={isServer ? 'ek-indent' : undefined}>{isServer ? label : <strong>{label}</strong>}</Td>
      <Td dataLabel={names.counters.total}>{whole(counters.connections)}</Td>
      <Td dataLabel={names.counters.active}>{whole(counters.active)}</Td>
      <Td dataLabel={names.counters.inactive}>{whole(counters.inactive)}</Td>
      <Td dataLabel={kPackets}>{whole(counters.packets)} / {whole(counters.packets_out)}</Td>
      <Td dataLabel={kBytes} className="ek-nowrap">{bytes(counters.bytes)} / {bytes(counters.bytes_out)}</Td>
    </Tr>
  );
}

/** Since the data plane started, which outlives evenkeeld. */
export default function CountersPage() {
  const status = useWhole();
  const services = status?.virtual_services;
  return (
    <Page title={text.page.counters}>
      {!services && <Waiting />}
      {services?.length === 0 && <Empty title={names.none(4)} body={names.noneText} />}
      {services && services.length > 0 && (
        <Table aria-label={text.page.counters}>
          <Thead>
            <Tr>
              <Th modifier="wrap">{text.overview.columns.service}</Th><Th modifier="wrap">{names.counters.total}</Th><Th modifier="wrap">{names.counters.active}</Th><Th modifier="wrap">{names.counters.inactive}</Th>
              <Th modifier="wrap">{kPackets}</Th><Th modifier="wrap">{kBytes}</Th>
            </Tr>
          </Thead>
          <Tbody>
            {services.flatMap((service) => [
              service.counters && <Line key={service.label} label={service.label} counters={service.counters} isServer={false} />,
              ...service.real_servers.map((server) => server.counters && <Line key={`${service.label}/${server.label}`} label={server.label} counters={server.counters} isServer />),
            ])}
          </Tbody>
        </Table>
      )}
    </Page>
  );
}
