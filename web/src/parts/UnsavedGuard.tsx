import { useEffect } from 'react';
import { useBlocker } from 'react-router-dom';

import { text } from '../text/en';
import { Confirm } from './Confirm';

/** Asks before a page with unsaved changes is left. */
export function UnsavedGuard({ isDirty }: { isDirty: boolean }) {
  const blocker = useBlocker(isDirty);
  useEffect(() => {
    if (!isDirty) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [isDirty]);
  if (blocker.state !== 'blocked') return null;
  return (
    <Confirm title={text.services.unsavedTitle} action={text.services.leave} cancel={text.services.stay} isDanger onConfirm={() => blocker.proceed()} onCancel={() => blocker.reset()}>
      {text.services.unsavedText}
    </Confirm>
  );
}
