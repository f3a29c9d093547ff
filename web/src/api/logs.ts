// What programs say of themselves, and the requests that HAProxy noted.

import { get, open, segment } from './client';
import { MessageParser } from './sse';

export type LogLevel = 'debug' | 'info' | 'warning' | 'error';

export interface LogName {
  name: string;
  title: string;
}

export interface LogLine {
  /** Null: it was there before anybody looked. */
  time: string | null;
  level: LogLevel | null;
  text: string;
}

export interface LogPage {
  lines: LogLine[]; // oldest first
  more: boolean;
}

export interface NotedRequest {
  id: number;
  at: string;
  client?: string;
  virtual_service?: string;
  real_server?: string;
  status?: number;
  bytes?: number;
  total_ms?: number;
  ended?: string;
  request?: string;
  line: string;
}

export const kMostLines = 1000;

export const listLogs = (signal?: AbortSignal) => get<LogName[]>('logs', {}, signal);
export const readLog = (name: string, contains: string, signal: AbortSignal) => get<LogPage>(`logs/${segment(name)}`, { limit: kMostLines, contains }, signal);

export async function listRequests(filter: { virtual_service: string; status: string; client: string }, limit: number, signal: AbortSignal): Promise<NotedRequest[]> {
  return (await get<{ lines: NotedRequest[] }>('logs/haproxy', { ...filter, limit }, signal)).lines;
}

/** Lines as they come, until `signal` or the other end ends it. `begun` is called when none can be missed any more. */
export async function followLog(name: string, contains: string, begun: () => void, take: (lines: LogLine[]) => void, signal: AbortSignal): Promise<void> {
  const answer = await open(`logs/${segment(name)}/stream`, { contains }, { Accept: 'text/event-stream' }, signal);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  const parser = new MessageParser();
  begun();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = parser.push(value).map(({ data }) => JSON.parse(data) as LogLine);
    if (lines.length > 0) take(lines);
  }
}
