import { describe, expect, it } from 'vitest';

import { columns, most, newest } from '../src/api/history';
import { fileName, parseBackup } from '../src/pages/backup/file';

describe('a backup file', () => {
  it('is named by when it was made', () => {
    expect(fileName(new Date(2026, 0, 31, 8, 5))).toBe('evenkeel-backup-2026-01-31-0805.json');
  });

  it('is an object in JSON, or is refused in words', () => {
    expect(parseBackup('{"a": 1}')).toEqual({ a: 1 });
    for (const wrong of ['', 'PK', '[1]', 'null', '"x"']) expect(() => parseBackup(wrong)).toThrow('no backup');
  });
});

describe('history', () => {
  const series = { unit: 'bytes/s', step: 10, points: [[10, 1], [20, null], [30, 3], [40, null]] as [number, number | null][] };

  it('keeps what is not known as a gap', () => {
    expect(columns(series, 8)).toEqual({ times: [10, 20, 30, 40], values: [8, null, 24, null] });
  });

  it('says the newest and the most of what is known', () => {
    const { values } = columns(series);
    expect([newest(values), most(values), newest([]), most([null])]).toEqual([3, 3, null, null]);
  });
});
