import { describe, expect, it } from 'vitest';

import { sampleOf } from '../src/api/live';
import type { RealServerStatus, Status, Traffic } from '../src/api/types';
import { bits, countdown, short, span } from '../src/parts/format';
import { isPassive } from '../src/parts/passive';

describe('numbers and times', () => {
  it('are short', () => {
    expect([short(0), short(12), short(1.25), short(1500), short(123456), short(2.5e6)]).toEqual(['0', '12', '1.3', '1.5 k', '123 k', '2.5 M']);
    expect([bits(0), bits(125_000)]).toEqual(['0 bit/s', '1.0 Mbit/s']);
    expect([span(5), span(125), span(7260), span(200_000)]).toEqual(['5 s', '2 min', '2 h 1 min', '2 d']);
    expect([countdown(61), countdown(-1)]).toEqual(['1:01', '0:00']);
  });
});

function server(state: RealServerStatus['state'], reason: string): RealServerStatus {
  return { state, server_check: { state: state === 'up' ? 'up' : 'down', since: '', reason, last_probe: null } } as RealServerStatus;
}

describe('isPassive', () => {
  it('knows the Application Server that stands by from one that is broken', () => {
    expect(isPassive(server('down', 'body does not match: <p>Server in passive monitoring mode'))).toBe(true);
    expect(isPassive(server('down', 'TCP connect refused'))).toBe(false);
    expect(isPassive(server('halted', 'Server in passive monitoring mode'))).toBe(false);
    expect(isPassive(server('up', 'passive'))).toBe(false);
  });
});

describe('sampleOf', () => {
  it('adds up both layers', () => {
    const rates = { connections: 2, packets: 0, bytes: 100, packets_out: 0, bytes_out: 50 };
    const status = { at: '2026-01-01T00:00:00Z', virtual_services: [{ counters: { active: 3 } }], layer7: { services: [{ traffic: { connections: 4, rate: 1 } }] } } as unknown as Status;
    const traffic = { virtual_services: [{ rates: { '1s': rates } }, { rates: { '1s': null } }] } as unknown as Traffic;
    const machine = { load: [0.5, 0.4, 0.3] as [number, number, number], memory: { total: 800, available: 300 }, uptime_seconds: 60 };
    expect(sampleOf(status, traffic, machine)).toMatchObject({ bytes: 150, connections: 3, active: 7, load: 0.5, memory: 500 });
  });
});
