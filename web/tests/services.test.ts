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
  const change = (kind: 'added' | 'removed' | 'modified', field: string) => ({ kind, object: 'virtual_service/X', renamed_from: '', fields: [{ field, from: '', to: '', text: null }] });

  it('knows what connections do not survive', () => {
    expect([change('removed', ''), change('modified', 'ports'), change('modified', 'forwarding_method')].every(endsConnections)).toBe(true);
    expect([change('added', 'ports'), change('modified', 'scheduler'), change('modified', 'health_check.check_port')].some(endsConnections)).toBe(false);
  });
});
