import { describe, expect, it } from 'vitest';

import { sampleOf } from '../src/api/live';
import { Meter } from '../src/api/meter';
import { share } from '../src/api/share';
import { isSmallFarm, isWhole, serverCount } from '../src/api/status';
import type { ServiceSummary, Status } from '../src/api/types';

const machine = { load: [0.5, 0.4, 0.3] as [number, number, number], memory: { total: 800, available: 300 }, uptime_seconds: 60 };

function statusAt(second: number, bytes: number, total: number): Status {
  return {
    at: new Date(1_800_000_000_000 + second * 1000).toISOString(),
    virtual_services: [{ label: 'A', counters: { bytes, bytes_out: 0, connections: 10 * second, active: 3 } }],
    layer7: { services: [{ label: 'B', traffic: { connections: 4, total, bytes_in: 0, bytes_out: 5 } }] },
  } as unknown as Status;
}

describe('a sample', () => {
  it('adds up both layers', () => {
    expect(sampleOf(statusAt(0, 100, 1), new Meter(), machine)).toMatchObject({ bytes: 0, connections: 0, active: 7, load: 0.5, memory: 500 });
  });
});

describe('the meter', () => {
  it('measures per second, over three at most', () => {
    const meter = new Meter();
    expect(meter.take(statusAt(0, 0, 0))).toEqual({ bytes: 0, connections: 0 });
    expect(meter.take(statusAt(2, 400, 6))).toEqual({ bytes: 200, connections: 13 });
    expect(meter.take(statusAt(4, 400, 6))).toEqual({ bytes: 0, connections: 10 });
  });

  it('has nothing negative where counters begin anew', () => {
    const meter = new Meter();
    meter.take(statusAt(0, 1000, 50));
    expect(meter.take(statusAt(1, 100, 0))).toEqual({ bytes: 0, connections: 10 });
  });
});

describe('what is shared with what was before', () => {
  const before = { revision: 1, services: [{ label: 'A', servers: [1, 2] }, { label: 'B', servers: [] }] };

  it('is all of it where nothing has changed', () => {
    expect(share(before, structuredClone(before))).toBe(before);
  });

  it('is everything but the way to what has', () => {
    const now = structuredClone(before);
    now.services[0]!.servers = [1, 3];
    const shared = share(before, now);
    expect(shared).toEqual(now);
    expect([shared === before, shared.services[0] === before.services[0], shared.services[1] === before.services[1]]).toEqual([false, false, true]);
  });

  it('follows what comes and goes', () => {
    expect(share([1, 2], [1])).toEqual([1]);
    expect(share({ a: 1, b: undefined }, { a: 1 })).toEqual({ a: 1 });
    expect(share({ a: null }, { a: { b: 1 } })).toEqual({ a: { b: 1 } });
  });
});

describe('a large farm', () => {
  const summary = (up: number) => ({ virtual_services: [{ label: 'A', server_states: { up, down: 1 } }] as unknown as ServiceSummary[], layer7: { services: [] } }) as unknown as Status;

  it('is told by the counts of its real servers', () => {
    expect([serverCount(summary(9).virtual_services[0]!), isSmallFarm(summary(9)), isSmallFarm(summary(900)), isWhole(summary(9))]).toEqual([10, true, false, false]);
  });
});
