import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';

import { Live, type Snapshot } from '../api/live';
import { isWhole } from '../api/status';
import type { WholeStatus } from '../api/types';

const LiveContext = createContext<Live | null>(null);

export function LiveProvider({ children }: { children: ReactNode }) {
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    const started = new Live();
    started.start(); // its questions are on their way while the pages are drawn for the first time
    setLive(started);
    return () => started.stop();
  }, []);
  return live && <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
}

function useLiveStore(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error('useLive outside of LiveProvider');
  return live;
}

export function useLive(): Snapshot {
  const live = useLiveStore();
  return useSyncExternalStore(live.subscribe, live.current);
}

/** The status with every real server, which of a large farm is not asked for otherwise; null until it is there. */
export function useWhole(): WholeStatus | null {
  const live = useLiveStore();
  useEffect(() => live.wantWhole(), [live]);
  const { status } = useLive();
  return status && isWhole(status) ? status : null;
}

/** The real servers of which services of a large farm are asked for. */
export function useLookAt(): (services: readonly string[]) => void {
  return useLiveStore().lookAt;
}

/** Asks for the status at once, as after a change. */
export function useRefresh(): () => void {
  return useLiveStore().refresh;
}
