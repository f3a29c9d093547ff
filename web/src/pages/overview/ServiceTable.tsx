import { Skeleton } from '@patternfly/react-core';
import { memo, useEffect, useRef } from 'react';

import { useLookAt } from '../../app/live';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { useWindow } from '../../parts/useWindow';
import { text } from '../../text/en';
import type { Intent } from './ActionDialog';
import type { Subject } from './ExplainDrawer';
import { lookedAt, type Row } from './rows';
import { ServerRow } from './ServerRow';
import { ServiceRow } from './ServiceRow';

const kRowHeight = 65;
const kMostDrawn = 150;

interface Props {
  rows: Row[];
  isOpen: (label: string) => boolean;
  toggle: (label: string) => void;
  onIntent: (intent: Intent) => void;
  onExplain: (subject: Subject) => void;
}

function Spacer({ rows }: { rows: number }) {
  return rows > 0 ? <Tr aria-hidden="true"><td colSpan={8} style={{ height: rows * kRowHeight, padding: 0 }} /></Tr> : null;
}

const Waiting = memo(function Waiting() {
  return <Tr className="ek-server-row"><Td /><Td colSpan={7}><Skeleton screenreaderText={text.shell.loading} /></Td></Tr>;
});

function Head() {
  const { columns } = text.overview;
  return (
    <Thead>
      <Tr>
        <Th isHidden>{text.action.more}</Th><Th>{columns.service}</Th><Th>{columns.address}</Th><Th>{columns.connections}</Th><Th>{columns.ports}</Th><Th>{columns.method}</Th>
        <Th>{columns.health}</Th><Th isHidden>{columns.actions}</Th>
      </Tr>
    </Thead>
  );
}

/** Has the real servers asked for that these rows show. */
function useServersOf(rows: readonly Row[]): void {
  const lookAt = useLookAt();
  const wanted = lookedAt(rows).join('\n');
  useEffect(() => lookAt(wanted ? wanted.split('\n') : []), [wanted, lookAt]);
  useEffect(() => () => lookAt([]), [lookAt]);
}

/** All rows, or, of very many, those on the screen. */
export function ServiceTable({ rows, isOpen, toggle, onIntent, onExplain }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const isLong = rows.length > kMostDrawn;
  const [first, last] = useWindow(body, rows.length, kRowHeight, isLong);
  const drawn = rows.slice(first, last);
  useServersOf(drawn);
  const draw = (row: Row) => {
    if (row.kind === 'service') return <ServiceRow key={row.key} service={row.service} servers={row.servers} isOpen={isOpen(row.key)} toggle={toggle} />;
    if (row.kind === 'server') return <ServerRow key={row.key} service={row.service.status.label} server={row.server} onIntent={onIntent} onExplain={onExplain} />;
    return <Waiting key={row.key} />;
  };
  return (
    <div className={isLong ? 'ek-scroll' : undefined}>
      <Table aria-label={text.overview.title} grid={isLong ? 'none' : 'lg'} className={isLong ? 'ek-overview ek-long' : 'ek-overview'}>
        <Head />
        <Tbody innerRef={body}>
          <Spacer rows={first} />
          {drawn.map(draw)}
          <Spacer rows={rows.length - last} />
        </Tbody>
      </Table>
    </div>
  );
}
