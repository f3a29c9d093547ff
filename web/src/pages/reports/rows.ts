// Lists that may have a million rows: read line by line as the load balancer sends them, no more than are shown.

import { open, type Query } from '../../api/client';

export interface RowList<T> {
  rows: T[];
  isTruncated: boolean;
}

export async function readRows<T>(path: string, query: Query, signal: AbortSignal): Promise<RowList<T>> {
  const answer = await open(path, { ...query, format: 'ndjson' }, { Accept: 'application/x-ndjson' }, signal);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  const rows: T[] = [];
  let rest = '';
  let isTruncated = true; // until the last line says otherwise
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const lines = (rest + value).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines.filter((text) => text !== '')) {
      const row = JSON.parse(line) as T | { truncated: boolean };
      if (typeof row === 'object' && row !== null && 'truncated' in row) isTruncated = row.truncated;
      else rows.push(row as T);
    }
  }
  return { rows, isTruncated };
}
