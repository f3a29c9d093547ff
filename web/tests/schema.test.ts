import { describe, expect, it } from 'vitest';

import { fieldOfProblem, fieldsOf, patchOf, toFormValue, toJson, valuesOf, type ConfigurationSchema } from '../src/api/schema';

const schema: ConfigurationSchema = {
  $defs: {
    check: { properties: { port: { type: ['integer', 'null'], default: null }, path_check: { type: 'boolean', default: true } } },
    service: {
      required: ['label'],
      properties: {
        label: { type: 'string' },
        sources: { type: 'array', items: { type: 'string' }, default: [] },
        health: { $ref: '#/$defs/check' },
        checks: { type: 'array', items: { $ref: '#/$defs/check' }, default: [] },
        real_servers: { type: 'array', items: { $ref: '#/$defs/check' } },
      },
    },
  },
};
const fields = fieldsOf(schema, 'service');

describe('fieldsOf', () => {
  it('flattens structures, has the fields of a list of structures, and leaves real servers to their own page', () => {
    expect(fields.map(({ path }) => path)).toEqual(['label', 'sources', 'health.port', 'health.path_check', 'checks']);
    expect(fields[4]?.items?.map(({ path }) => path)).toEqual(['port', 'path_check']);
    expect(fields[0]?.isRequired).toBe(true);
  });
});

describe('patchOf', () => {
  const before = valuesOf(fields, { label: 'X', sources: [], health: { port: 80, path_check: true } });

  it('has only what differs, in its place', () => {
    expect(patchOf(fields, before, { ...before, 'health.port': '9163' })).toEqual({ health: { port: 9163 } });
    expect(patchOf(fields, before, before)).toEqual({});
  });

  it('takes an empty field as null where there is null, and a list by its commas', () => {
    expect(patchOf(fields, before, { ...before, 'health.port': '' })).toEqual({ health: { port: null } });
    expect(patchOf(fields, before, { ...before, sources: '10.0.0.1, 10.0.0.2' })).toEqual({ sources: ['10.0.0.1', '10.0.0.2'] });
  });

  it('gives a list of structures whole, and only when an entry differs', () => {
    const one = valuesOf(fields, { label: 'X', checks: [{ port: 80, path_check: true }] });
    const other = { ...one, checks: [{ port: '', path_check: true }, { port: '81', path_check: false }] };
    expect(patchOf(fields, one, { ...one, checks: [{ port: '80', path_check: true }] })).toEqual({});
    expect(patchOf(fields, one, other)).toEqual({ checks: [{ port: null, path_check: true }, { port: 81, path_check: false }] });
  });

  it('knows a switch that may be a list', () => {
    const nat = { schema: { type: ['boolean', 'array'] } };
    expect([toFormValue(false, nat), toFormValue(true, nat), toFormValue(['eth0', 'eth1'], nat)]).toEqual(['', '*', 'eth0, eth1']);
    expect([toJson('', nat), toJson('*', nat), toJson('eth0, eth1', nat)]).toEqual([false, true, ['eth0', 'eth1']]);
  });

  it('leaves what is no number to the API, which says best what is wrong', () => {
    expect(toJson('many', { schema: { type: 'integer' } })).toBe('many');
  });
});

describe('fieldOfProblem', () => {
  it('finds the field of the form in the path of the configuration', () => {
    expect(fieldOfProblem('$.virtual_services[1].health_check.check_port')).toBe('health_check.check_port');
    expect(fieldOfProblem('$.layer7_services[0].real_servers[2].address')).toBe('address');
    expect(fieldOfProblem('$.virtual_services[0].source_addresses[1]')).toBe('source_addresses');
    expect(fieldOfProblem('$.alerts.email.to')).toBe('alerts.email.to');
    expect(fieldOfProblem('$.layer7_services[0].rules[1].conditions[0].value')).toBe('rules[1].conditions[0].value');
  });
});
