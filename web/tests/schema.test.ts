import { describe, expect, it } from 'vitest';

import { fieldOfProblem, fieldsOf, patchOf, toJson, valuesOf, type ConfigurationSchema } from '../src/api/schema';

const schema: ConfigurationSchema = {
  $defs: {
    check: { properties: { port: { type: ['integer', 'null'], default: null }, path_check: { type: 'boolean', default: true } } },
    service: {
      required: ['label'],
      properties: {
        label: { type: 'string' },
        sources: { type: 'array', items: { type: 'string' }, default: [] },
        health: { $ref: '#/$defs/check' },
        servers: { type: 'array', items: { $ref: '#/$defs/check' } },
      },
    },
  },
};
const fields = fieldsOf(schema, 'service');

describe('fieldsOf', () => {
  it('flattens structures and leaves lists of structures to their own pages', () => {
    expect(fields.map(({ path }) => path)).toEqual(['label', 'sources', 'health.port', 'health.path_check']);
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

  it('leaves what is no number to the API, which says best what is wrong', () => {
    expect(toJson('many', { type: 'integer' })).toBe('many');
  });
});

describe('fieldOfProblem', () => {
  it('finds the field of the form in the path of the configuration', () => {
    expect(fieldOfProblem('$.virtual_services[1].health_check.check_port')).toBe('health_check.check_port');
    expect(fieldOfProblem('$.layer7_services[0].real_servers[2].address')).toBe('address');
    expect(fieldOfProblem('$.virtual_services[0].source_addresses[1]')).toBe('source_addresses');
    expect(fieldOfProblem('$.alerts.email.to')).toBe('alerts.email.to');
  });
});
