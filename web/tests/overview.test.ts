import { describe, expect, it } from 'vitest';

import type { RealServerStatus, Status } from '../src/api/types';
import { flatten, lookedAt, matching, namesOf, sameMachine, servicesOf } from '../src/pages/overview/rows';

const server = (label: string, address: string) => ({ label, address, state: 'up' });
const status = {
  virtual_services: [{ label: 'Print_Provider', address: '10.0.0.100', ports: '445', real_servers: [server('PS1', '10.0.0.21'), server('PS2', '10.0.0.22')] }],
  layer7: { services: [{ label: 'Web', address: '10.0.0.101', ports: '80', real_servers: [server('W1', '10.0.0.21')] }] },
} as unknown as Status;

const large = {
  virtual_services: [{ label: 'Big', address: '10.0.0.1', ports: '80', state: 'up', server_states: { up: 2 } }, { label: 'Ill', address: '10.0.0.2', ports: '80', state: 'degraded', server_states: { up: 1 } }],
  layer7: { services: [] },
} as unknown as Status;

describe('rows of System Overview', () => {
  const services = servicesOf(status);
  const names = namesOf(status);
  const keys = (isOpen: (label: string) => boolean) => flatten(services, isOpen, new Map()).map(({ key }) => key);

  it('have a service and below it its real servers, unless it is closed', () => {
    expect(keys(() => true)).toEqual(['Print_Provider', 'Print_Provider/PS1', 'Print_Provider/PS2', 'Web', 'Web/W1']);
    expect(keys((label) => label === 'Web')).toEqual(['Print_Provider', 'Web', 'Web/W1']);
  });

  it('are filtered by names, addresses and ports, also of real servers', () => {
    expect(matching(services, names, 'ps2').map((service) => service.status.label)).toEqual(['Print_Provider']);
    expect(matching(services, names, '10.0.0.21')).toHaveLength(2);
    expect(matching(services, names, 'nothing')).toEqual([]);
  });

  it('find one machine behind every service', () => {
    expect(sameMachine(names, '10.0.0.21')).toEqual([{ service: 'Print_Provider', server: 'PS1' }, { service: 'Web', server: 'W1' }]);
  });

  it('are the same objects for what has not changed', () => {
    expect(servicesOf(status)[0]).toBe(services[0]);
  });
});

describe('rows of a large farm', () => {
  const services = servicesOf(large);

  it('wait for the real servers of what is open, and of what is well in part only', () => {
    const rows = flatten(services, (label) => label === 'Big', new Map());
    expect(rows.map(({ kind }) => kind)).toEqual(['service', 'waiting', 'waiting', 'service']);
    expect(lookedAt(rows)).toEqual(['Big', 'Ill']);
    expect(lookedAt(flatten(services, () => false, new Map()))).toEqual(['Ill']);
  });

  it('have them once they are known', () => {
    const details = new Map([['Big', { real_servers: [server('S1', '10.1.0.1')] as unknown as RealServerStatus[] }]]);
    expect(flatten(services, () => true, details).map(({ key }) => key)).toEqual(['Big', 'Big/S1', 'Ill', 'Ill//0']);
  });
});
