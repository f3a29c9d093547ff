// What was: one number over time.

import { get } from './client';

export type Metric = 'bytes_in' | 'bytes_out' | 'connections' | 'active' | 'load' | 'memory';
export type Span = 'hour' | 'day' | 'week' | 'month' | 'year';

export const kSpans: Span[] = ['hour', 'day', 'week', 'month', 'year'];

const kSeconds: Record<Span, number> = { hour: 3600, day: 86_400, week: 7 * 86_400, month: 31 * 86_400, year: 366 * 86_400 };

/** How often a graph of so much time has something new to show. */
export const kRenewMs: Record<Span, number> = { hour: 10_000, day: 60_000, week: 300_000, month: 600_000, year: 600_000 };

export interface Series {
  unit: string;
  step: number;
  points: [number, number | null][];
}

export async function history(object: string, metric: Metric, span: Span, signal: AbortSignal): Promise<Series> {
  const to = Math.floor(Date.now() / 1000);
  return get<Series>('statistics', { object, metric, from: to - kSeconds[span], to }, signal);
}

export function columns(series: Series, scale = 1): { times: number[]; values: (number | null)[] } {
  return { times: series.points.map(([at]) => at), values: series.points.map(([, value]) => (value === null ? null : value * scale)) };
}

/** The newest number that is known. */
export function newest(values: (number | null)[]): number | null {
  return values.findLast((value) => value !== null) ?? null;
}

export function most(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.max(...known) : null;
}
