import { createContext, useContext, useEffect, useState, useSyncExternalStore, type ReactNode } from 'react';

import { Live, type Snapshot } from '../api/live';

const LiveContext = createContext<Live | null>(null);

export function LiveProvider({ children }: { children: ReactNode }) {
  const [live] = useState(() => new Live());
  useEffect(() => {
    live.start();
    return () => live.stop();
  }, [live]);
  return <LiveContext.Provider value={live}>{children}</LiveContext.Provider>;
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

/** Asks for the status at once, as after a change. */
export function useRefresh(): () => void {
  return useLiveStore().refresh;
}
