import { Alert, AlertActionLink, Checkbox, FormSelect, FormSelectOption } from '@patternfly/react-core';
import { useEffect, useState } from 'react';

import { get, request } from '../api/client';
import type { Change, Confirmation } from '../api/types';
import { countdown } from '../parts/format';
import { useToast } from '../parts/Toasts';
import { useLoaded } from '../parts/useLoaded';
import { text } from '../text/en';
import { useLive, useRefresh } from './live';
import { useMay } from './session';

const names = text.confirmation;
const kEvents = ['confirmation_awaited', 'change_confirmed', 'change_reverted'];
const kChoices = [30, 60, 120, 300, 900];

/** The change that waits to be confirmed, asked for anew whenever an event or a revision says that this has changed. */
function useConfirmation(): { waiting: Confirmation | null; reload: () => void } {
  const { status, events } = useLive();
  const last = events.findLast(({ kind }) => kEvents.includes(kind));
  const { value, reload } = useLoaded((signal) => get<Confirmation | null>('confirmation', {}, signal), `${status?.revision ?? 0} ${last?.id ?? 0}`);
  return { waiting: value, reload };
}

function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!isRunning) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}

/** Over every page, as long as a change waits: how much time is left, to keep it or to go back. */
export function ConfirmationNotice() {
  const { waiting, reload } = useConfirmation();
  const now = useNow(waiting !== null);
  const refresh = useRefresh();
  const toast = useToast();
  const mayDecide = useMay('administrator');
  if (!waiting) return null;
  const left = (Date.parse(waiting.until) - now) / 1000;
  const decide = async (verb: 'confirm' | 'revert', done: string) => {
    try {
      await request<Change | { confirmed: number }>('POST', `confirmation/${verb}`);
      toast({ title: done });
    } catch (error) {
      toast({ variant: 'danger', title: error instanceof Error ? error.message : String(error) });
    }
    reload();
    refresh();
  };
  const links = mayDecide && left > 0 && (
    <>
      <AlertActionLink onClick={() => void decide('confirm', names.kept(waiting.revision))}>{names.keep}</AlertActionLink>
      <AlertActionLink onClick={() => void decide('revert', names.wentBack(waiting.back_to))}>{names.goBack}</AlertActionLink>
    </>
  );
  return (
    <Alert component="p" variant="warning" isInline title={left > 0 ? names.title(waiting.revision, countdown(left)) : names.over(waiting.back_to)} actionLinks={links}>
      {names.body(waiting.author, waiting.back_to)}
    </Alert>
  );
}

/** At Update: whether the change is taken back by itself, and after how long. `null`: it stays. */
export function ConfirmChoice({ seconds, onChange }: { seconds: number | null; onChange: (seconds: number | null) => void }) {
  return (
    <span className="ek-labels">
      <Checkbox id="confirm-within" label={names.choice} isChecked={seconds !== null} onChange={(_, isOn) => onChange(isOn ? 60 : null)} />
      {seconds !== null && (
        <FormSelect aria-label={names.within} value={String(seconds)} className="ek-short" onChange={(_, chosen) => onChange(Number(chosen))}>
          {kChoices.map((choice) => <FormSelectOption key={choice} value={String(choice)} label={names.choices(choice)} />)}
        </FormSelect>
      )}
    </span>
  );
}
