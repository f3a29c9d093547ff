import { describe, expect, it } from 'vitest';

import type { RealServerStatus } from '../src/api/types';
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
