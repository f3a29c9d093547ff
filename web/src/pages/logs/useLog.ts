import { useEffect, useState } from 'react';

import { followLog, readLog, type LogLine } from '../../api/logs';
import { joined } from './lines';

interface Log {
  lines: LogLine[];
  hasMore: boolean;
}

interface Shown extends Log {
  isLoaded: boolean;
  error: unknown;
}

const kNothing: Shown = { lines: [], hasMore: false, isLoaded: false, error: null };
const kRetryMs = 2000;

/** The lines of a log that have these words; with `isFollowed`, those that come as well. */
export function useLog(name: string, contains: string, isFollowed: boolean): Shown {
  const [shown, show] = useState(kNothing);
  useEffect(() => show(kNothing), [name, contains]);
  useEffect(() => {
    if (!name) return undefined;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      const page = await readLog(name, contains, stop.signal);
      show({ lines: page.lines, hasMore: page.more, isLoaded: true, error: null });
    };
    const take = (lines: LogLine[]) => show((before) => ({ ...before, lines: joined(before.lines, lines) }));
    const run = async () => {
      let reading: Promise<void> | undefined;
      try {
        if (isFollowed) await followLog(name, contains, () => { reading = read(); }, take, stop.signal);
        else await read();
        await reading;
      } catch (error) {
        if (!stop.signal.aborted) show((before) => ({ ...before, error }));
      }
      if (isFollowed && !stop.signal.aborted) timer = setTimeout(() => void run(), kRetryMs);
    };
    void run();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [name, contains, isFollowed]);
  return shown;
}
