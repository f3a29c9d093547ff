import { describe, expect, it } from 'vitest';

import type { LogLine } from '../src/api/logs';
import { atLeast, joined, plain } from '../src/pages/logs/lines';

const line = (text: string, time: string | null = '2027-01-20T08:00:00.000Z', level: LogLine['level'] = 'info'): LogLine => ({ text, time, level });

describe('lines of a log', () => {
  it('are there once, by whichever way they came', () => {
    expect(joined([line('a'), line('b')], [line('b'), line('c')]).map(({ text }) => text)).toEqual(['a', 'b', 'c']);
    expect(joined([line('a', null)], [line('a', null)])).toHaveLength(2);
  });

  it('are the newest thousand', () => {
    const many = Array.from({ length: 1200 }, (_, number) => line(String(number)));
    expect(joined(many.slice(0, 900), many.slice(900)).map(({ text }) => text).slice(0, 1)).toEqual(['200']);
  });

  it('are chosen by how bad they are', () => {
    const all = [line('a', null, 'debug'), line('b', null, null), line('c', null, 'warning'), line('d', null, 'error')];
    expect([atLeast(all, 'debug'), atLeast(all, 'info'), atLeast(all, 'error')].map((some) => some.map(({ text }) => text).join(''))).toEqual(['abcd', 'bcd', 'd']);
  });

  it('are one each in a file', () => {
    expect(plain([line('it began'), line('before', null, null)])).toBe('2027-01-20T08:00:00.000Z info it began\n- - before\n');
  });
});
