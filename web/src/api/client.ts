// The one way to the API: JSON there and back, the session's token on every change, errors with their places.

import type { Json, Problem } from './types';

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly problems: Problem[] = [],
    readonly details: Record<string, Json> = {},
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }
}

export interface Answer<T> {
  body: T;
  revision: number | null;
}

export type Query = Record<string, string | number | boolean | undefined>;

interface Options {
  query?: Query;
  body?: Json;
  revision?: number | null;
  signal?: AbortSignal;
}

// What a page asks by itself does not keep a session alive: only requests soon after somebody did something do.
const kActingMs = 15_000;
let actedAt = Date.now();
for (const event of ['pointerdown', 'keydown']) {
  globalThis.addEventListener?.(event, () => { actedAt = Date.now(); }, { capture: true, passive: true });
}

let token = '';
let onSignedOut: () => void = () => undefined;

export function setToken(value: string): void {
  token = value;
}

export function whenSignedOut(action: () => void): void {
  onSignedOut = action;
}

export function address(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString().replaceAll('+', '%20');
  return `/api/v1/${path}${text ? `?${text}` : ''}`;
}

export function segment(label: string): string {
  return encodeURIComponent(label);
}

export async function request<T>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && token) headers['X-CSRF-Token'] = token;
  if (options.revision != null) headers['If-Match'] = `"${options.revision}"`;
  const answer = await reach(address(path, options.query), {
    method,
    headers,
    body: options.body === undefined ? null : JSON.stringify(options.body),
    signal: options.signal ?? null,
    credentials: 'same-origin',
  });
  if (!answer.ok) throw await failure(answer, path);
  const tag = answer.headers.get('ETag')?.replaceAll('"', '').replace(/^W\//, '');
  return { body: (await readJson(answer)) as T, revision: tag ? Number(tag) : null };
}

export async function get<T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> {
  return (await request<T>('GET', path, { query, signal })).body;
}

export async function open(path: string, query: Query, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  const answer = await reach(address(path, query), { headers, signal, credentials: 'same-origin' });
  if (!answer.ok) throw await failure(answer, path);
  return answer;
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    const isBackground = Date.now() - actedAt > kActingMs;
    return await fetch(url, isBackground ? { ...init, headers: { ...init.headers, 'X-Background': 'true' } } : init);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiError(0, 'unreachable', 'The load balancer does not answer.');
  }
}

async function readJson(answer: Response): Promise<unknown> {
  const text = await answer.text();
  if (!text) return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(answer.status, 'malformed', 'The answer is not JSON.');
  }
}

interface ErrorBody {
  error?: { code?: string; message?: string; problems?: Problem[] } & Record<string, Json | Problem[]>;
  code_required?: boolean;
}

async function failure(answer: Response, path: string): Promise<ApiError> {
  const body = (await readJson(answer).catch(() => null)) as ErrorBody | null;
  if (answer.status === 401 && path !== 'session') onSignedOut();
  const waiting = Number(answer.headers.get('Retry-After'));
  return new ApiError(
    answer.status,
    body?.error?.code ?? 'unavailable',
    body?.error?.message ?? fallbackMessage(answer.status),
    body?.error?.problems ?? [],
    { code_required: body?.code_required === true || body?.error?.code_required === true },
    waiting > 0 ? waiting : null,
  );
}

function fallbackMessage(status: number): string {
  if (status === 413) return 'That is larger than the load balancer takes.';
  if (status === 502 || status === 503 || status === 504) return 'The control plane of the load balancer does not answer. Traffic goes on without it.';
  return `The load balancer answered ${status}.`;
}
