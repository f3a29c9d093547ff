import { useCallback } from 'react';

import { restore } from '../api/services';
import type { Change } from '../api/types';
import { useRefresh } from '../app/live';
import { text } from '../text/en';
import { useToast } from './Toasts';
import { Warnings } from './Warnings';

/** Says that a change is in force, what to mind about it, and offers to undo it. `after` is run when it was undone. */
export function useAnnounce(): (title: string, done: Change, after?: () => void) => void {
  const toast = useToast();
  const refresh = useRefresh();
  return useCallback((title, done, after) => {
    refresh();
    const revision = done.revision;
    if (revision === null) {
      toast({ variant: 'info', title: text.services.unchanged });
      return;
    }
    const undo = async () => {
      try {
        await restore(revision - 1, { revision });
        toast({ title: text.services.undone(revision - 1) });
        after?.();
      } catch (error) {
        toast({ variant: 'danger', title: error instanceof Error ? error.message : String(error) });
      }
      refresh();
    };
    toast({
      variant: done.warnings.length > 0 ? 'warning' : 'success',
      title,
      body: <>{text.services.inForce(revision)}{done.warnings.length > 0 && <Warnings warnings={done.warnings} />}</>,
      action: revision > 1 && !done.confirmation ? { label: text.action.undo, run: () => void undo() } : undefined,
    });
  }, [toast, refresh]);
}
