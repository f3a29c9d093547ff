import { FormGroup, TextInput } from '@patternfly/react-core';
import { useState } from 'react';

import { restore } from '../../api/services';
import { ConfirmChoice } from '../../app/confirmation';
import { Confirm } from '../../parts/Confirm';
import { Failure } from '../../parts/Failure';
import { Loaded } from '../../parts/Page';
import { PlanView } from '../../parts/PlanView';
import { useAnnounce } from '../../parts/useAnnounce';
import { useLoaded } from '../../parts/useLoaded';
import { Warnings } from '../../parts/Warnings';
import { text } from '../../text/en';

interface Props {
  number: number;
  newest: number;
  onDone: () => void;
  onClose: () => void;
}

/** The plan of a roll-back, then the roll-back. */
export function RollBack({ number, newest, onDone, onClose }: Props) {
  const loaded = useLoaded(() => restore(number, { dryRun: true }), String(number));
  const [comment, setComment] = useState('');
  const [confirmWithin, setConfirmWithin] = useState<number | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const announce = useAnnounce();
  const run = async () => {
    setBusy(true);
    try {
      announce(text.revisions.rolledBack(number), await restore(number, { revision: newest, comment: comment.trim() || undefined, confirmWithin }), onDone);
      onDone();
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Confirm title={text.revisions.rollBackTitle(number)} action={text.revisions.rollBack} size="large" isBusy={isBusy} isDisabled={!loaded.value} onConfirm={() => void run()} onCancel={onClose}>
      <div className="ek-stack">
        {error !== null && <Failure error={error} />}
        <p>{text.revisions.rollBackText}</p>
        <Loaded loaded={loaded}>{({ plan, warnings }) => <><PlanView plan={plan} />{warnings.length > 0 && <Warnings warnings={warnings} />}</>}</Loaded>
        <FormGroup label={text.revisions.comment2} fieldId="comment"><TextInput id="comment" maxLength={500} value={comment} onChange={(_, value) => setComment(value)} /></FormGroup>
        <ConfirmChoice seconds={confirmWithin} onChange={setConfirmWithin} />
      </div>
    </Confirm>
  );
}
