import { Button, SearchInput, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import { useState } from 'react';

import { get } from '../../api/client';
import { download } from '../../parts/download';
import { isMissing, Missing } from '../../parts/Missing';
import { Empty, Loaded, Page } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { Time } from '../../parts/Time';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';

const names = text.logs;
const kPage = 200;

interface Entry {
  id: number;
  at: string;
  user: string;
  address: string;
  what: string;
}

function AuditTable({ rows }: { rows: Entry[] }) {
  return (
    <Table aria-label={text.page.audit}>
      <Thead><Tr><Th width={20}>{names.at}</Th><Th width={15}>{names.user}</Th><Th width={15}>{names.address}</Th><Th width={50}>{names.what}</Th></Tr></Thead>
      <Tbody>
        {rows.map((row) => (
          <Tr key={row.id}>
            <Td dataLabel={names.at}><Time at={row.at} /></Td>
            <Td dataLabel={names.user}>{row.user}</Td>
            <Td dataLabel={names.address}>{row.address || '–'}</Td>
            <Td dataLabel={names.what} modifier="breakWord">{row.what}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

/** Who changed what, and who signed in. */
export default function AuditPage() {
  const [user, setUser] = useState('');
  const [limit, setLimit] = useState(kPage);
  const loaded = useLoaded((signal) => get<{ audit: Entry[] }>('audit', { limit, user }, signal), `${limit} ${user}`, 5000);
  const rows = loaded.value?.audit ?? [];
  const save = <Button variant="secondary" isDisabled={rows.length === 0} onClick={() => download(names.auditFile, JSON.stringify(rows, null, 2), 'application/json')}>{text.action.download}</Button>;
  return (
    <Page title={text.page.audit} actions={save}>
      <Toolbar inset={{ default: 'insetNone' }}>
        <ToolbarContent>
          <ToolbarItem><SearchInput aria-label={names.user} placeholder={names.user} value={user} onChange={(_, value) => setUser(value)} onClear={() => setUser('')} /></ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      {isMissing(loaded.error) ? <Missing /> : (
        <Loaded loaded={loaded}>
          {() => rows.length === 0 ? <Empty title={names.auditEmpty} body={names.auditEmptyText} /> : (
            <div className="ek-stack">
              <AuditTable rows={rows} />
              {rows.length >= limit && <div><Button variant="link" onClick={() => setLimit(limit + kPage)}>{names.older}</Button></div>}
            </div>
          )}
        </Loaded>
      )}
    </Page>
  );
}
