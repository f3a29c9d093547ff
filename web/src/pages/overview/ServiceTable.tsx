import { Table, Tbody, Th, Thead, Tr } from '@patternfly/react-table';
import { useRef } from 'react';

import { useWindow } from '../../parts/useWindow';
import { text } from '../../text/en';
import type { Intent } from './ActionDialog';
import type { Subject } from './ExplainDrawer';
import type { Row } from './rows';
import { ServerRow } from './ServerRow';
import { ServiceRow } from './ServiceRow';

const kRowHeight = 65;
const kMostDrawn = 150;

interface Props {
  rows: Row[];
  closed: ReadonlySet<string>;
  toggle: (label: string) => void;
  onIntent: (intent: Intent) => void;
  onExplain: (subject: Subject) => void;
}

function Spacer({ rows }: { rows: number }) {
  return rows > 0 ? <Tr aria-hidden="true"><td colSpan={8} style={{ height: rows * kRowHeight, padding: 0 }} /></Tr> : null;
}

/** All rows, or, of very many, those on the screen. */
export function ServiceTable({ rows, closed, toggle, onIntent, onExplain }: Props) {
  const body = useRef<HTMLTableSectionElement>(null);
  const isLong = rows.length > kMostDrawn;
  const [first, last] = useWindow(body, rows.length, kRowHeight, isLong);
  const { columns } = text.overview;
  return (
    <div className={isLong ? 'ek-scroll' : undefined}>
      <Table aria-label={text.overview.title} variant="compact" gridBreakPoint={isLong ? '' : 'grid-lg'} className={isLong ? 'ek-overview ek-long' : 'ek-overview'}>
        <Thead>
          <Tr>
            <Th screenReaderText={text.action.more} />
            <Th>{columns.service}</Th>
            <Th>{columns.address}</Th>
            <Th>{columns.connections}</Th>
            <Th>{columns.ports}</Th>
            <Th>{columns.method}</Th>
            <Th>{columns.health}</Th>
            <Th screenReaderText={columns.actions} />
          </Tr>
        </Thead>
        <Tbody innerRef={body}>
          <Spacer rows={first} />
          {rows.slice(first, last).map((row) =>
            row.kind === 'service' ? (
              <ServiceRow key={row.key} service={row.service} isOpen={!closed.has(row.key)} toggle={toggle} />
            ) : (
              <ServerRow key={row.key} service={row.service} server={row.server} onIntent={onIntent} onExplain={onExplain} />
            ),
          )}
          <Spacer rows={rows.length - last} />
        </Tbody>
      </Table>
    </div>
  );
}
