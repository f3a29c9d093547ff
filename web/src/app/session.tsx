import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';

import { ApiError, request, setToken, whenSignedOut } from '../api/client';
import type { JsonObject, Role, Session } from '../api/types';

interface SessionState {
  session: Session | null;
  isKnown: boolean;
  hasEnded: boolean;
  unreachable: ApiError | null;
  signIn: (user: string, password: string, code: string) => Promise<void>;
  signOut: () => Promise<void>;
  ask: () => Promise<void>;
}

const SessionContext = createContext<SessionState | null>(null);

export function useSession(): SessionState {
  const state = useContext(SessionContext);
  if (!state) throw new Error('useSession outside of SessionProvider');
  return state;
}

const kRank: Record<Role, number> = { viewer: 0, operator: 1, administrator: 2 };

/** Whether who is signed in may do what needs `role`. The API decides; this only spares people a refusal. */
export function useMay(role: Role): boolean {
  const { session } = useSession();
  return session !== null && (kRank[session.role] ?? 0) >= kRank[role];
}

export function SessionProvider({ children }: { children: ReactNode }) {
  const [session, setSession] = useState<Session | null>(null);
  const [isKnown, setKnown] = useState(false);
  const [hasEnded, setEnded] = useState(false);
  const [unreachable, setUnreachable] = useState<ApiError | null>(null);

  const enter = useCallback((entered: Session) => {
    setToken(entered.csrf_token ?? '');
    setEnded(false);
    setSession(entered);
  }, []);

  const ask = useCallback(async () => {
    try {
      enter((await request<Session>('GET', 'session')).body);
      setUnreachable(null);
    } catch (error) {
      setUnreachable(error instanceof ApiError && error.status !== 401 && error.status !== 403 ? error : null);
    }
    setKnown(true);
  }, [enter]);

  const signIn = useCallback(async (user: string, password: string, code: string) => {
    const body: JsonObject = { user, password };
    if (code) body.code = code;
    enter((await request<Session>('POST', 'session', { body })).body);
    setUnreachable(null);
  }, [enter]);

  const leave = useCallback(() => {
    setToken('');
    setSession(null);
  }, []);

  const signOut = useCallback(async () => {
    try {
      await request('DELETE', 'session');
    } finally {
      leave();
    }
  }, [leave]);

  useEffect(() => {
    whenSignedOut(() => {
      setEnded(true);
      leave();
    });
    void ask();
  }, [ask, leave]);

  const state = useMemo(
    () => ({ session, isKnown, hasEnded, unreachable, signIn, signOut, ask }),
    [session, isKnown, hasEnded, unreachable, signIn, signOut, ask],
  );
  return <SessionContext.Provider value={state}>{children}</SessionContext.Provider>;
}
