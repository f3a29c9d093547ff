import { describe, expect, it } from 'vitest';

import type { Field } from '../src/api/schema';
import { isHealthFieldUsed } from '../src/parts/form/healthFields';
import { isShown, isShownIn } from '../src/parts/form/layout';
import { summaryOf } from '../src/parts/form/summary';
import { isWithin } from '../src/parts/form/useDraft';
import { warningOf } from '../src/parts/warning';

const field = (path: string): Field => ({ path, schema: {}, isRequired: false });

describe('what is shown', () => {
  it('follows the other fields', () => {
    expect([isShown(field('tls.ciphers'), { 'tls.profile': 'modern' }), isShown(field('tls.ciphers'), { 'tls.profile': 'custom' })]).toEqual([false, true]);
    expect([isShown(field('header_rules'), { mode: 'tcp' }), isShown(field('header_rules'), { mode: 'http' })]).toEqual([false, true]);
    expect([isShown(field('required_checks'), { more_checks: [] }), isShown(field('required_checks'), { more_checks: [{}] })]).toEqual([false, true]);
  });

  it('follows the entry that it is in', () => {
    const rule = (path: string, action: string) => isShownIn('rules', field(path), { action }, { mode: 'http' });
    expect([rule('servers', 'use_servers'), rule('location', 'use_servers'), rule('location', 'redirect_prefix'), rule('status', 'deny')]).toEqual([true, false, true, true]);
    expect(isShownIn('conditions', field('value'), { subject: 'host', comparison: 'exists' }, {})).toBe(false);
    expect(isShownIn('more_checks', field('request'), { type: 'negotiate', protocol: 'http' }, {})).toBe(true);
  });

  it('has what a check looks at', () => {
    const smtp = { 'health_check.type': 'negotiate', 'health_check.protocol': 'smtp', 'health_check.starttls': false };
    expect([isHealthFieldUsed('starttls', smtp), isHealthFieldUsed('verify_certificate', smtp)]).toEqual([true, false]);
    expect(isHealthFieldUsed('verify_certificate', { ...smtp, 'health_check.starttls': true })).toBe(true);
  });
});

describe('an entry in one line', () => {
  it('says what a rule does', () => {
    const conditions = [{ subject: 'path', comparison: 'begins', value: '/api', name: '', negate: false }, { subject: 'source', comparison: 'equals', value: '10.0.0.0/8', name: '', negate: true }];
    expect(summaryOf('rules', { label: 'api', action: 'use_servers', servers: 'PS1, PS2', conditions })).toBe('api: Path begins /api and not Source is 10.0.0.0/8 → Use these real servers PS1, PS2');
    expect(summaryOf('rules', { label: '', action: 'deny', conditions: [] })).toBe('New rule: always → Deny');
  });

  it('says what a check asks', () => {
    expect(summaryOf('more_checks', { type: 'negotiate', protocol: 'http', check_port: '9191', request: '/health' })).toBe('Negotiate HTTP on port 9191 /health');
  });
});

describe('problems and warnings', () => {
  it('belong to a field or to an entry of it', () => {
    expect([isWithin('rules[0].location', 'rules'), isWithin('rules', 'rules'), isWithin('rules_more', 'rules')]).toEqual([true, true, false]);
  });

  it('name the field in words', () => {
    expect(warningOf('$.virtual_services[0].health_check.timeout: it is long: very')).toEqual({ field: 'Check Timeout', message: 'it is long: very' });
    expect(warningOf('no place')).toEqual({ field: '', message: 'no place' });
  });
});
