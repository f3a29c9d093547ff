import { Alert, Checkbox, Label } from '@patternfly/react-core';
import { useState } from 'react';
import { Link } from 'react-router-dom';

import type { ConnectionRow } from '../../api/types';
import { useLive } from '../../app/live';
import { whole } from '../../parts/format';
import { Empty, Loaded, Page } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { Filters, kNoFilter } from './Filters';
import { readRows, type RowList } from './rows';

const kMostRows = 1000;
const names = text.reports.connections;

function SynNotice({ rows }: { rows: ConnectionRow[] }) {
  const { status } = useLive();
  const direct = new Set(status?.virtual_services.filter((service) => service.forwarding_method === 'direct_routing').map(({ label }) => label));
  const waiting = rows.filter((row) => row.state === 'SYN_RECV' && direct.has(row.virtual_service)).length;
  if (waiting === 0) return null;
  return (
    <Alert component="p" variant="warning" isInline title={names.synTitle(waiting)} actionLinks={<Link to="/maintenance/doctor">{names.askDoctor}</Link>}>
      {names.synText}
    </Alert>
  );
}

function ConnectionTable({ list: { rows, isTruncated } }: { list: RowList<ConnectionRow> }) {
  if (rows.length === 0) return <Empty title={names.empty} body={names.emptyText} />;
  return (
    <div className="ek-stack">
      <SynNotice rows={rows} />
      <p className="ek-subtle">{isTruncated ? names.truncated(rows.length) : names.count(rows.length)}</p>
      <Table aria-label={text.page.connections}>
        <Thead>
          <Tr>
            <Th>{names.pro}</Th><Th>{names.expire}</Th><Th>{names.state}</Th><Th>{names.source}</Th><Th>{names.virtual}</Th><Th>{names.destination}</Th><Th>{text.reports.filterService}</Th>
          </Tr>
        </Thead>
        <Tbody>
          {rows.map((row) => (
            <Tr key={`${row.protocol} ${row.source} ${row.virtual} ${row.state === 'NONE'}`}>
              <Td dataLabel={names.pro}>{row.protocol}</Td>
              <Td dataLabel={names.expire} className="ek-nowrap">{whole(row.expire)} s</Td>
              <Td dataLabel={names.state}>
                {row.state === 'SYN_RECV' ? <Label color="orange" isCompact title={names.rowSyn}>{row.state}</Label> : row.state}
              </Td>
              <Td dataLabel={names.source} className="ek-mono">{row.source}</Td>
              <Td dataLabel={names.virtual} className="ek-mono">{row.virtual}</Td>
              <Td dataLabel={names.destination} className="ek-mono">{row.destination}</Td>
              <Td dataLabel={text.reports.filterService}>{row.virtual_service} / {row.real_server}</Td>
            </Tr>
          ))}
        </Tbody>
      </Table>
    </div>
  );
}

export default function Connections() {
  const [filter, setFilter] = useState(kNoFilter);
  const [isLive, setLive] = useState(true);
  const loaded = useLoaded(
    (signal) => readRows<ConnectionRow>('connections', { ...filter, limit: kMostRows }, signal), JSON.stringify(filter), isLive ? 2000 : 0,
  );
  const live = <Checkbox id="live" label={names.live} isChecked={isLive} onChange={(_, value) => setLive(value)} />;
  return (
    <Page title={text.page.connections} actions={live}>
      <Filters filter={filter} isForConnections onChange={setFilter} />
      <Loaded loaded={loaded.error ? { ...loaded, value: null } : loaded}>{(list) => <ConnectionTable list={list} />}</Loaded>
    </Page>
  );
}
