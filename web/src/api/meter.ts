// How much passes per second, of everything together, from counters that only grow.

import { everyService } from './status';
import type { ServiceSummary, Status } from './types';

const kOverMs = 3000; // readings of a second apart would jump between none and twice as much

interface Count {
  bytes: number;
  connections: number;
}

interface Reading {
  at: number;
  counts: Map<string, Count>;
}

function countOf({ counters, traffic }: ServiceSummary): Count {
  if (traffic) return { bytes: traffic.bytes_in + traffic.bytes_out, connections: traffic.total };
  return { bytes: (counters?.bytes ?? 0) + (counters?.bytes_out ?? 0), connections: counters?.connections ?? 0 };
}

export class Meter {
  private readings: Reading[] = [];

  /** Per second, over about the last three; nothing at first. */
  take(status: Status): Count {
    const reading = { at: Date.parse(status.at), counts: new Map(everyService(status).map((service) => [service.label, countOf(service)])) };
    this.readings = [...this.readings.filter(({ at }) => at < reading.at && reading.at - at <= kOverMs), reading];
    return rateOf(this.readings[0]!, reading);
  }
}

/** A counter that began anew counts nothing. */
function rateOf(first: Reading, last: Reading): Count {
  const rate = { bytes: 0, connections: 0 };
  const seconds = (last.at - first.at) / 1000;
  if (seconds <= 0) return rate;
  for (const [label, { bytes, connections }] of last.counts) {
    const before = first.counts.get(label);
    if (!before) continue;
    rate.bytes += Math.max(0, bytes - before.bytes) / seconds;
    rate.connections += Math.max(0, connections - before.connections) / seconds;
  }
  return rate;
}
