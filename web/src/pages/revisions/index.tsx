import { Button, Label } from '@patternfly/react-core';
import { useState } from 'react';

import { get } from '../../api/client';
import type { Revision } from '../../api/types';
import { useLive } from '../../app/live';
import { useMay } from '../../app/session';
import { Empty, Loaded, Page } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { Time } from '../../parts/Time';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { Comparison } from './Comparison';
import { RollBack } from './RollBack';

const names = text.revisions;

interface LineProps {
  revision: Revision;
  isInForce: boolean;
  onCompare: () => void;
  onRollBack: () => void;
}

function Line({ revision, isInForce, onCompare, onRollBack }: LineProps) {
  const mayChange = useMay('administrator');
  return (
    <Tr>
      <Td dataLabel={names.number}><span className="ek-labels"><strong>{revision.number}</strong>{isInForce && <Label color="green" isCompact>{names.inForce}</Label>}</span></Td>
      <Td dataLabel={names.at}><Time at={revision.at} /></Td>
      <Td dataLabel={names.author}>{revision.author}</Td>
      <Td dataLabel={names.comment}>{[revision.comment, revision.restores === null ? '' : names.restores(revision.restores)].filter(Boolean).join(' · ') || '–'}</Td>
      <Td>
        <div className="ek-actions">
          {revision.number > 1 && <Button size="sm" variant="secondary" aria-label={`${names.compare} ${revision.number}`} onClick={onCompare}>{names.compare}</Button>}
          {mayChange && !isInForce && <Button size="sm" variant="secondary" aria-label={`${names.rollBack} ${revision.number}`} onClick={onRollBack}>{names.rollBack}</Button>}
        </div>
      </Td>
    </Tr>
  );
}

export default function RevisionsPage() {
  const { status } = useLive();
  const loaded = useLoaded((signal) => get<{ revisions: Revision[] }>('revisions', { limit: 200 }, signal), String(status?.revision ?? 0));
  const [compared, setCompared] = useState<[number, number] | null>(null);
  const [chosen, setChosen] = useState<number | null>(null);
  const newest = loaded.value?.revisions[0]?.number ?? 0;
  return (
    <Page title={text.page.revisions}>
      <Loaded loaded={loaded}>
        {({ revisions }) => revisions.length === 0 ? <Empty title={names.empty} body={names.emptyText} /> : (
          <Table aria-label={text.page.revisions}>
            <Thead><Tr><Th>{names.number}</Th><Th>{names.at}</Th><Th>{names.author}</Th><Th>{names.comment}</Th><Th isHidden>{text.overview.columns.actions}</Th></Tr></Thead>
            <Tbody>
              {revisions.map((revision) => (
                <Line
                  key={revision.number} revision={revision} isInForce={revision.number === newest}
                  onCompare={() => setCompared([revision.number - 1, revision.number])} onRollBack={() => setChosen(revision.number)}
                />
              ))}
            </Tbody>
          </Table>
        )}
      </Loaded>
      {compared && <Comparison from={compared[0]} to={compared[1]} newest={newest} onChange={setCompared} onClose={() => setCompared(null)} />}
      {chosen !== null && <RollBack number={chosen} newest={newest} onClose={() => setChosen(null)} onDone={loaded.reload} />}
    </Page>
  );
}
