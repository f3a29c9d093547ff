import { describe, expect, it } from 'vitest';

import { endsConnections } from '../src/pages/services/connections';
import { labelForCopy } from '../src/pages/services/duplicate';

describe('labelForCopy', () => {
  it('is the first free one, and never too long', () => {
    expect(labelForCopy('X', ['X'])).toBe('X-1');
    expect(labelForCopy('X', ['X', 'X-1'])).toBe('X-2');
    expect(labelForCopy('y'.repeat(64), [])).toHaveLength(64);
  });
});

describe('endsConnections', () => {
  const change = (kind: 'added' | 'removed' | 'modified', field: string, from = '', to = '') => ({ kind, object: 'virtual_service/X', renamed_from: '', fields: [{ field, from, to, text: null }] });

  it('knows what connections do not survive', () => {
    expect([change('removed', ''), change('modified', 'ports')].every(endsConnections)).toBe(true);
    expect([change('added', 'ports'), change('modified', 'scheduler'), change('modified', 'health_check.check_port')].some(endsConnections)).toBe(false);
  });

  it('knows between which methods they go on', () => {
    const method = (from: string, to: string) => endsConnections(change('modified', 'forwarding_method', from, to));
    expect([method('direct_routing', 'tunnel'), method('tunnel', 'direct_routing'), method('nat', 'snat'), method('snat', 'nat')]).toEqual([false, false, false, false]);
    expect([method('direct_routing', 'nat'), method('snat', 'direct_routing'), method('tunnel', 'snat'), method('nat', 'tunnel')]).toEqual([true, true, true, true]);
  });
});
