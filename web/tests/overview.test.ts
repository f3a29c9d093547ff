import { describe, expect, it } from 'vitest';

import type { Status } from '../src/api/types';
import { flatten, matching, sameMachine, servicesOf } from '../src/pages/overview/rows';

const server = (label: string, address: string) => ({ label, address, state: 'up' });
const status = {
  virtual_services: [{ label: 'Print_Provider', address: '10.0.0.100', ports: '445', real_servers: [server('PS1', '10.0.0.21'), server('PS2', '10.0.0.22')] }],
  layer7: { services: [{ label: 'Web', address: '10.0.0.101', ports: '80', real_servers: [server('W1', '10.0.0.21')] }] },
} as unknown as Status;

describe('rows of System Overview', () => {
  const services = servicesOf(status);

  it('have a service and below it its real servers, unless it is closed', () => {
    expect(flatten(services, new Set()).map(({ key }) => key)).toEqual(['Print_Provider', 'Print_Provider/PS1', 'Print_Provider/PS2', 'Web', 'Web/W1']);
    expect(flatten(services, new Set(['Print_Provider'])).map(({ key }) => key)).toEqual(['Print_Provider', 'Web', 'Web/W1']);
  });

  it('are filtered by names, addresses and ports, also of real servers', () => {
    expect(matching(services, 'ps2').map((service) => service.status.label)).toEqual(['Print_Provider']);
    expect(matching(services, '10.0.0.21')).toHaveLength(2);
    expect(matching(services, 'nothing')).toEqual([]);
  });

  it('find one machine behind every service', () => {
    expect(sameMachine(services, '10.0.0.21')).toEqual([{ service: 'Print_Provider', server: 'PS1' }, { service: 'Web', server: 'W1' }]);
  });
});
