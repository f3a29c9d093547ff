import { Button } from '@patternfly/react-core';

import { useMay } from '../app/session';
import { text } from '../text/en';

interface Props {
  /** What the row is about, for those who hear the buttons alone. */
  name: string;
  onModify: () => void;
  onDelete: () => void;
}

/** The buttons at the end of a row that can be modified and deleted; the latter by those who may. */
export function RowActions({ name, onModify, onDelete }: Props) {
  const mayChange = useMay('administrator');
  return (
    <div className="ek-actions ek-inline">
      <Button size="sm" variant="secondary" aria-label={`${text.action.modify} ${name}`} onClick={onModify}>{text.action.modify}</Button>
      {mayChange && <Button size="sm" variant="secondary" isDanger aria-label={`${text.action.delete} ${name}`} onClick={onDelete}>{text.action.delete}</Button>}
    </div>
  );
}
