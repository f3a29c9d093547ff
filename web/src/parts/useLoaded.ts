import { useCallback, useEffect, useRef, useState } from 'react';

export interface LoadedValue<T> {
  value: T | null;
  error: unknown;
  reload: () => void;
}

/** Asks once, whenever `key` changes, and every so many milliseconds if that is given. */
export function useLoaded<T>(ask: (signal: AbortSignal) => Promise<T>, key: string, everyMs = 0): LoadedValue<T> {
  const [value, setValue] = useState<T | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [turn, setTurn] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;

  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const run = async () => {
      try {
        const answer = await latest.current(stop.signal);
        if (stop.signal.aborted) return;
        setValue(answer);
        setError(null);
      } catch (failure) {
        if (stop.signal.aborted) return;
        setError(failure);
      }
      if (everyMs > 0) timer = setTimeout(() => void run(), everyMs);
    };
    void run();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [key, turn, everyMs]);

  const reload = useCallback(() => setTurn((before) => before + 1), []);
  return { value, error, reload };
}
