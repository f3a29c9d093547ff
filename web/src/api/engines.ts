// Other people's programs that do the work, and what they were told.

import { get, open, request, segment } from './client';

export interface Engine {
  name: string;
  wanted: boolean;
  running: boolean;
  since: string | null;
  version: string;
  pid: number | null;
  restarts: number;
  last_error: { message: string; at: string } | null;
}

export async function listEngines(signal?: AbortSignal): Promise<Engine[]> {
  return get<Engine[]>('engines', {}, signal);
}

export async function engineConfiguration(name: string, signal: AbortSignal): Promise<string> {
  return (await open(`engines/${segment(name)}/configuration`, {}, { Accept: 'text/plain' }, signal)).text();
}

/** What came of it, in a sentence. */
export async function restartEngine(name: string): Promise<string> {
  return (await request<{ sentence: string }>('POST', `engines/${segment(name)}/restart`)).body.sentence;
}
