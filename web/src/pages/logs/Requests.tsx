import { Button, Checkbox, Label, TextInput, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import { memo, useState } from 'react';

import { listRequests, type NotedRequest } from '../../api/logs';
import { useLive } from '../../app/live';
import { download } from '../../parts/download';
import { bytes, whole } from '../../parts/format';
import { Empty, Loaded, Page } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { Time } from '../../parts/Time';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { Choice } from '../reports/Filters';

const names = text.logs;
const kMost = 300;
const kRenewMs = 2000;
const kClasses = ['2xx', '3xx', '4xx', '5xx'];

function colourOf(status: number): 'green' | 'blue' | 'orange' | 'red' {
  if (status >= 500) return 'red';
  if (status >= 400) return 'orange';
  return status >= 300 ? 'blue' : 'green';
}

/** One of a program's messages among them is about no connection: it has nothing but its words. */
const Line = memo(function Line({ row }: { row: NotedRequest }) {
  const isRequest = Boolean(row.client);
  return (
    <Tr>
      <Td dataLabel={names.at}><Time at={row.at} /></Td>
      <Td dataLabel={text.reports.filterClient} className="ek-mono">{row.client || '–'}</Td>
      <Td dataLabel={text.reports.filterService} modifier="breakWord">{row.virtual_service ? `${row.virtual_service} / ${row.real_server || '–'}` : '–'}</Td>
      <Td dataLabel={names.status}>{row.status ? <Label color={colourOf(row.status)} isCompact>{row.status}</Label> : '–'}</Td>
      <Td dataLabel={names.request} modifier="breakWord" className="ek-mono">{isRequest ? row.request || '–' : row.line}</Td>
      <Td dataLabel={names.took} className="ek-nowrap">{isRequest ? `${whole(row.total_ms ?? 0)} ms` : '–'}</Td>
      <Td dataLabel={names.sent} className="ek-nowrap">{isRequest ? bytes(row.bytes ?? 0) : '–'}</Td>
      <Td dataLabel={names.ended} className="ek-mono">{row.ended || '–'}</Td>
    </Tr>
  );
});

function RequestTable({ rows }: { rows: NotedRequest[] }) {
  return (
    <Table aria-label={text.page.requests}>
      <Thead>
        <Tr>
          <Th>{names.at}</Th><Th>{text.reports.filterClient}</Th><Th>{text.reports.filterService}</Th><Th>{names.status}</Th><Th>{names.request}</Th><Th>{names.took}</Th><Th>{names.sent}</Th><Th>{names.ended}</Th>
        </Tr>
      </Thead>
      <Tbody>{rows.map((row) => <Line key={row.id} row={row} />)}</Tbody>
    </Table>
  );
}

/** What HAProxy noted of connections and requests. */
export default function Requests() {
  const { status } = useLive();
  const [filter, setFilter] = useState({ virtual_service: '', status: '', client: '' });
  const [isFollowed, setFollowed] = useState(true);
  const loaded = useLoaded(async (signal) => (await listRequests(filter, kMost, signal)).reverse(), JSON.stringify(filter), isFollowed ? kRenewMs : 0);
  const rows = loaded.value ?? [];
  const set = (part: Partial<typeof filter>) => setFilter({ ...filter, ...part });
  const save = <Button variant="secondary" isDisabled={rows.length === 0} onClick={() => download(names.requestFile, rows.map(({ line }) => `${line}\n`).reverse().join(''))}>{text.action.download}</Button>;
  return (
    <Page title={text.page.requests} lead={names.requestsLead} actions={save}>
      <Toolbar inset={{ default: 'insetNone' }}>
        <ToolbarContent alignItems="center">
          <Choice name={text.reports.filterService} value={filter.virtual_service} options={(status?.layer7.services ?? []).map(({ label }) => label)} onChange={(value) => set({ virtual_service: value })} />
          <Choice name={names.status} value={filter.status} options={kClasses} onChange={(value) => set({ status: value })} />
          <ToolbarItem><TextInput type="search" aria-label={text.reports.filterClient} placeholder={text.reports.filterClient} value={filter.client} onChange={(_, value) => set({ client: value.trim() })} /></ToolbarItem>
          <ToolbarItem><Checkbox id="follow" label={names.follow} isChecked={isFollowed} onChange={(_, value) => setFollowed(value)} /></ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      <Loaded loaded={loaded.error ? { ...loaded, value: null } : loaded}>
        {() => rows.length === 0 ? <Empty title={names.requestsEmpty} body={names.requestsEmptyText} /> : <RequestTable rows={rows} />}
      </Loaded>
    </Page>
  );
}
