import { Button } from '@patternfly/react-core';
import { useState } from 'react';

import { request, type Query } from '../../api/client';
import type { PersistenceRow } from '../../api/types';
import { useMay } from '../../app/session';
import { Confirm } from '../../parts/Confirm';
import { whole } from '../../parts/format';
import { Empty, Loaded, Page } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { useToast } from '../../parts/Toasts';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { Filters, kNoFilter } from './Filters';
import { readRows } from './rows';

const names = text.reports.persistence;

export default function PersistencePage() {
  const [filter, setFilter] = useState(kNoFilter);
  const [clearing, setClearing] = useState<Query | null>(null);
  const toast = useToast();
  const mayOperate = useMay('operator');
  const query = { virtual_service: filter.virtual_service, real_server: filter.real_server, client: filter.client };
  const loaded = useLoaded((signal) => readRows<PersistenceRow>('persistence', { ...query, limit: 1000 }, signal), JSON.stringify(query), 3000);
  const clear = async (chosen: Query) => {
    setClearing(null);
    try {
      const { body } = await request<{ cleared: number }>('DELETE', 'persistence', { query: chosen });
      toast({ title: names.cleared(body.cleared) });
    } catch (error) {
      toast({ variant: 'danger', title: error instanceof Error ? error.message : String(error) });
    }
    loaded.reload();
  };
  const isFiltered = Object.values(query).some((value) => value !== '');
  const clearAll = mayOperate && (loaded.value?.rows.length ?? 0) > 0 && (
    <Button variant="secondary" isDanger onClick={() => setClearing(isFiltered ? query : { all: true })}>{names.clearAll}</Button>
  );
  return (
    <Page title={text.page.persistence} actions={clearAll}>
      <Filters filter={filter} isForConnections={false} onChange={setFilter} />
      <Loaded loaded={loaded.error ? { ...loaded, value: null } : loaded}>
        {({ rows }) => rows.length === 0 ? <Empty title={names.empty} body={names.emptyText} /> : (
          <Table aria-label={text.page.persistence}>
            <Thead>
              <Tr><Th>{names.client}</Th><Th>{names.expire}</Th><Th>{names.service}</Th><Th>{names.server}</Th><Th>{names.destination}</Th><Th isHidden>{names.clear}</Th></Tr>
            </Thead>
            <Tbody>
              {rows.map((row) => (
                <Tr key={`${row.client} ${row.virtual_service}`}>
                  <Td dataLabel={names.client} className="ek-mono">{row.client}</Td>
                  <Td dataLabel={names.expire} className="ek-nowrap">{whole(row.expire)} s</Td>
                  <Td dataLabel={names.service}>{row.virtual_service}</Td>
                  <Td dataLabel={names.server}>{row.real_server}</Td>
                  <Td dataLabel={names.destination} className="ek-mono">{row.destination}</Td>
                  <Td dataLabel={names.clear}>
                    {mayOperate && <Button size="sm" variant="secondary" aria-label={`${names.clear} ${row.client}`} onClick={() => setClearing({ client: row.client, virtual_service: row.virtual_service })}>{names.clear}</Button>}
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
      </Loaded>
      {clearing && <Confirm title={names.clearTitle} action={names.clear} isDanger onConfirm={() => void clear(clearing)} onCancel={() => setClearing(null)}>{names.clearText}</Confirm>}
    </Page>
  );
}
