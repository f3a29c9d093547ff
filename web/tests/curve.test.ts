import { describe, expect, it } from 'vitest';

import { curveOf } from '../src/parts/curve';

const box = { width: 100, height: 10 };

describe('a small curve', () => {
  it('fills its box', () => {
    expect(curveOf([0, 5, 10], [0, 4, 2], box)).toEqual({ line: 'M0.0 10.0L50.0 0.0L100.0 5.0', area: 'M0.0 10.0L0.0 10.0L50.0 0.0L100.0 5.0L100.0 10.0Z' });
  });

  it('has a gap where nothing is known, and lies flat where nothing happens', () => {
    expect(curveOf([0, 5, 10], [0, null, 0], box).line).toBe('M0.0 10.0M100.0 10.0');
    expect(curveOf([], [], box)).toEqual({ line: '', area: '' });
  });
});
