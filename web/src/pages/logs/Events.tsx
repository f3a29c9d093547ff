import { Alert, Button, SearchInput, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import { useMemo, useState } from 'react';

import type { EventRow } from '../../api/types';
import { useLive } from '../../app/live';
import { download } from '../../parts/download';
import { objectName, sentence } from '../../parts/format';
import { Empty, Page } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { Time } from '../../parts/Time';
import { text } from '../../text/en';
import { Choice } from '../reports/Filters';

const names = text.logs;
const kMostShown = 300;

function fits(row: EventRow, kind: string, words: string): boolean {
  if (kind && row.kind !== kind) return false;
  return !words || `${row.object} ${row.message}`.toLowerCase().includes(words.toLowerCase());
}

function EventTable({ rows }: { rows: EventRow[] }) {
  return (
    <Table aria-label={text.page.events}>
      <Thead><Tr><Th width={15}>{names.at}</Th><Th width={15}>{names.kind}</Th><Th width={20}>{names.object}</Th><Th width={50}>{names.message}</Th></Tr></Thead>
      <Tbody>
        {rows.map((row) => (
          <Tr key={`${row.id} ${row.at}`}>
            <Td dataLabel={names.at}><Time at={row.at} /></Td>
            <Td dataLabel={names.kind}>{sentence(row.kind)}</Td>
            <Td dataLabel={names.object} modifier="breakWord" title={row.object}>{objectName(row.object)}</Td>
            <Td dataLabel={names.message} modifier="breakWord">{row.message}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

export default function Events() {
  const { events, lost } = useLive();
  const [kind, setKind] = useState('');
  const [words, setWords] = useState('');
  const kinds = useMemo(() => [...new Set(events.map((row) => row.kind))].sort(), [events]);
  const shown = useMemo(() => events.filter((row) => fits(row, kind, words)).reverse(), [events, kind, words]);
  const save = <Button variant="secondary" isDisabled={shown.length === 0} onClick={() => download(names.file, JSON.stringify(shown, null, 2), 'application/json')}>{text.action.download}</Button>;
  return (
    <Page title={text.page.events} lead={names.followed} actions={save}>
      {lost > 0 && <Alert component="p" variant="info" isInline isPlain title={names.lost} />}
      <Toolbar inset={{ default: 'insetNone' }}>
        <ToolbarContent>
          <Choice name={names.kind} value={kind} options={kinds} onChange={setKind} />
          <ToolbarItem><SearchInput aria-label={names.search} placeholder={names.search} value={words} onChange={(_, value) => setWords(value)} onClear={() => setWords('')} /></ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      {shown.length === 0 ? <Empty title={names.empty} body={names.emptyText} /> : <EventTable rows={shown.slice(0, kMostShown)} />}
    </Page>
  );
}
