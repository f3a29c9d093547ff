import { useCallback } from 'react';

import { restore } from '../api/services';
import type { Change } from '../api/types';
import { useRefresh } from '../app/live';
import { text } from '../text/en';
import { useToast } from './Toasts';
import { Warnings } from './Warnings';

// What was said once is not said again with every further change, until it is gone and comes back.
let known: ReadonlySet<string> = new Set();

function newOf(warnings: readonly string[]): string[] {
  const fresh = warnings.filter((warning) => !known.has(warning));
  known = new Set(warnings);
  return fresh;
}

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
    const warnings = newOf(done.warnings);
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
      variant: warnings.length > 0 ? 'warning' : 'success',
      title,
      body: <>{text.services.inForce(revision)}{warnings.length > 0 && <Warnings warnings={warnings} />}</>,
      action: revision > 1 && !done.confirmation ? { label: text.action.undo, run: () => void undo() } : undefined,
    });
  }, [toast, refresh]);
}
