import { useEffect, useMemo, useState } from 'react';

import { isWhole, statusOfAll } from '../../api/status';
import type { Status } from '../../api/types';
import { useLoaded } from '../../parts/useLoaded';
import { namesOf, type Names } from './rows';

const kNobody: Names = new Map();

const kPauseMs = 400;

/** Whether something is still wanted after a moment: not at each letter. */
function useAfterPause(isWanted: boolean): boolean {
  const [isDue, setDue] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setDue(isWanted), isWanted ? kPauseMs : 0);
    return () => clearTimeout(timer);
  }, [isWanted]);
  return isDue && isWanted;
}

/** All real servers by name and address: of a large farm they are asked for when something is looked for, once for each revision. */
export function useNames(status: Status, isNeeded: boolean): Names {
  const isKnown = isWhole(status);
  const isAsked = useAfterPause(isNeeded && !isKnown);
  const loaded = useLoaded(async (signal) => (isAsked ? namesOf(await statusOfAll(signal)) : null), isAsked ? String(status.revision) : '');
  const own = useMemo(() => (isWhole(status) ? namesOf(status) : null), [status]);
  return own ?? loaded.value ?? kNobody;
}
