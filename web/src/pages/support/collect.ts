// The support file: what the API says of everything, secrets masked by the API itself.

import { get } from '../../api/client';
import type { EventRow, HealthReport, Json, WholeStatus } from '../../api/types';
import { healthOf } from '../../api/services';

const kParts = ['status', 'configuration', 'counters', 'traffic', 'reasons', 'source-ports', 'revisions', 'doctor/arp'];
const kMostReports = 50;

async function part(path: string): Promise<Json> {
  try {
    return await get<Json>(path);
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) };
  }
}

/** Of those that are not well, why. */
async function reports(status: WholeStatus): Promise<HealthReport[]> {
  const services = [...status.virtual_services, ...status.layer7.services];
  const unwell = services.flatMap((service) => service.real_servers.filter(({ state }) => state !== 'up').map((server) => ({ service: service.label, server: server.label })));
  const all = await Promise.allSettled(unwell.slice(0, kMostReports).map(({ service, server }) => healthOf(service, server)));
  return all.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

export async function collect(events: EventRow[]): Promise<Record<string, unknown>> {
  const parts = await Promise.all(kParts.map(async (path) => [path, await part(path)] as const));
  const found: Record<string, unknown> = Object.fromEntries(parts);
  const status = found.status as WholeStatus | { missing: string };
  return {
    made_at: new Date().toISOString(), browser: navigator.userAgent, ...found,
    health: 'virtual_services' in status ? await reports(status) : [], events,
  };
}
