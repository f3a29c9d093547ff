import { useState } from 'react';

import { change } from '../../api/services';
import { useWhole } from '../../app/live';
import { Confirm } from '../../parts/Confirm';
import { Failure } from '../../parts/Failure';
import { useAnnounce } from '../../parts/useAnnounce';
import { text } from '../../text/en';
import { connectionsOf } from './connections';

export interface Doomed {
  service: string;
  server?: string;
  path: string;
}

interface Props {
  doomed: Doomed;
  onDone: () => void;
  onCancel: () => void;
}

export function DeleteDialog({ doomed, onDone, onCancel }: Props) {
  const status = useWhole();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const announce = useAnnounce();
  const label = doomed.server ?? doomed.service;
  const connections = connectionsOf(status, doomed.service, doomed.server);
  const run = async () => {
    setBusy(true);
    try {
      announce(text.services.deleted(label), await change('DELETE', doomed.path, undefined), onDone);
      onDone();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Confirm title={text.services.deleteTitle(label)} action={text.action.delete} isDanger isBusy={isBusy} onConfirm={() => void run()} onCancel={onCancel}>
      {error !== null && <Failure error={error} />}
      <p>{doomed.server ? text.services.deleteServerText : text.services.deleteText}</p>
      {connections > 0 && <p><strong>{text.services.drops(connections)}</strong></p>}
    </Confirm>
  );
}
