import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';

import { valuesOf, type Field, type FieldValue } from '../../api/schema';
import type { JsonObject } from '../../api/types';
import { choiceOf, labelOf } from '../../parts/form/names';
import { summaryOf } from '../../parts/form/summary';
import type { Draft } from '../../parts/form/useDraft';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { text } from '../../text/en';

export interface Conflict {
  revision: number;
  theirs: JsonObject | null;
}

interface Props {
  conflict: Conflict;
  fields: Field[];
  draft: Draft;
  onKeep: () => void;
  onTake: () => void;
  onCancel: () => void;
}

function shown({ path, schema }: Field, value: FieldValue | undefined): string {
  if (schema.enum && typeof value === 'string') return choiceOf(path, value);
  if (typeof value === 'boolean') return value ? text.users.on : text.users.off;
  if (Array.isArray(value)) return value.map((entry) => summaryOf(path, entry)).join('; ') || '–';
  return value || '–';
}

/** Two people changed the same object: the second one sees both versions and decides. */
export function ConflictDialog({ conflict: { theirs }, fields, draft, onKeep, onTake, onCancel }: Props) {
  const now = theirs ? valuesOf(fields, theirs) : {};
  const differing = fields.filter(({ path }) => JSON.stringify(now[path]) !== JSON.stringify(draft.values[path]));
  const columns = text.services.conflictColumns;
  return (
    <Modal isOpen variant="medium" onClose={onCancel} aria-labelledby="conflict-title" aria-describedby="conflict-body">
      <ModalHeader title={text.services.conflictTitle} labelId="conflict-title" titleIconVariant="warning" />
      <ModalBody id="conflict-body">
        {theirs === null ? <p>{text.services.gone}</p> : (
          <>
            <p>{text.services.conflictText}</p>
            <Table aria-label={text.services.conflictTitle}>
              <Thead><Tr><Th>{columns.field}</Th><Th>{columns.theirs}</Th><Th>{columns.mine}</Th></Tr></Thead>
              <Tbody>
                {differing.map((field) => (
                  <Tr key={field.path}>
                    <Td dataLabel={columns.field}>{labelOf(field.path)}</Td>
                    <Td dataLabel={columns.theirs} className="ek-mono">{shown(field, now[field.path])}</Td>
                    <Td dataLabel={columns.mine} className="ek-mono">{shown(field, draft.values[field.path])}</Td>
                  </Tr>
                ))}
              </Tbody>
            </Table>
          </>
        )}
      </ModalBody>
      <ModalFooter>
        {theirs && <Button onClick={onKeep}>{text.services.keepMine}</Button>}
        {theirs && <Button variant="secondary" onClick={onTake}>{text.services.takeTheirs}</Button>}
        <Button variant="link" onClick={onCancel}>{text.action.cancel}</Button>
      </ModalFooter>
    </Modal>
  );
}
