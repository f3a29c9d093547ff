import { Label } from '@patternfly/react-core';
import { Fragment, type ReactNode } from 'react';

import type { Plan, PlanChange } from '../api/types';
import { text } from '../text/en';
import { Table, Tbody, Td, Th, Thead, Tr } from './Table';
import { TextLines } from './TextLines';

const kColours = { added: 'green', removed: 'red', modified: 'blue' } as const;

/** A value that goes is struck out, one that comes is underlined; of a long text there are only sizes. */
function value(shown: string, isLong: boolean, as: (text: string) => ReactNode): ReactNode {
  if (!shown) return '–';
  return isLong ? shown : as(shown);
}

function Fields({ change }: { change: PlanChange }) {
  return (
    <Table aria-label={change.object} className="ek-diff" hasBorders={false}>
      <Thead>
        <Tr>
          <Th width={30}>{text.services.conflictColumns.field}</Th>
          <Th width={35}>{text.revisions.before}</Th>
          <Th width={35}>{text.revisions.after}</Th>
        </Tr>
      </Thead>
      <Tbody>
        {change.fields.map(({ field, from, to, text: lines }) => (
          <Fragment key={field}>
            <Tr>
              <Td dataLabel={text.services.conflictColumns.field}>{field}</Td>
              <Td dataLabel={text.revisions.before} className="ek-mono">{value(from, lines !== null, (old) => <del>{old}</del>)}</Td>
              <Td dataLabel={text.revisions.after} className="ek-mono">{value(to, lines !== null, (added) => <ins>{added}</ins>)}</Td>
            </Tr>
            {lines && <Tr><Td colSpan={3} dataLabel={text.revisions.lines}><TextLines change={lines} /></Td></Tr>}
          </Fragment>
        ))}
      </Tbody>
    </Table>
  );
}

/** What changes, object by object, before and after side by side. */
export function PlanView({ plan }: { plan: Plan }) {
  if (plan.changes.length === 0) return <p>{text.revisions.same}</p>;
  return (
    <div className="ek-stack">
      {plan.changes.map((change) => (
        <div key={change.object + change.kind} className="ek-tight">
          <span className="ek-labels">
            <Label color={kColours[change.kind]} isCompact>{text.revisions[change.kind]}</Label>
            <strong>{change.object.replaceAll('/', ' / ').replaceAll('_', ' ').replace(/^virtual service \/ /, '')}</strong>
            {change.renamed_from && <span className="ek-subtle">{text.revisions.renamed(change.renamed_from)}</span>}
          </span>
          {change.fields.length > 0 && <Fields change={change} />}
        </div>
      ))}
    </div>
  );
}
