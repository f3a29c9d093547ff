// The rows of System Overview: each virtual service, and below it its real servers.

import { everyService, serverCount } from '../../api/status';
import type { Layer, RealServerStatus, ServiceStatus, ServiceSummary, Status } from '../../api/types';

export interface LayeredService {
  layer: Layer;
  status: ServiceSummary;
}

export type Row =
  | { kind: 'service'; key: string; service: LayeredService; servers: readonly RealServerStatus[] }
  | { kind: 'server'; key: string; service: LayeredService; server: RealServerStatus }
  | { kind: 'waiting'; key: string; service: LayeredService };

export type Details = ReadonlyMap<string, Pick<ServiceStatus, 'real_servers'>>;

/** What real servers are called and where they are, by virtual service. */
export type Names = ReadonlyMap<string, readonly Pick<RealServerStatus, 'label' | 'address'>[]>;

// The same object for what has not changed, so that its row is not drawn again.
const kLayered = new WeakMap<ServiceSummary, LayeredService>();

function layered(layer: Layer, status: ServiceSummary): LayeredService {
  const known = kLayered.get(status) ?? { layer, status };
  kLayered.set(status, known);
  return known;
}

export function servicesOf(status: Status): LayeredService[] {
  return [...status.virtual_services.map((service) => layered(4, service)), ...status.layer7.services.map((service) => layered(7, service))];
}

export function namesOf(status: Status): Names {
  return new Map(everyService(status).map(({ label, real_servers: servers }) => [label, servers ?? []]));
}

export function matching(services: LayeredService[], names: Names, filter: string): LayeredService[] {
  const wanted = filter.trim().toLowerCase();
  if (!wanted) return services;
  const fits = (...words: string[]) => words.some((word) => word.toLowerCase().includes(wanted));
  return services.filter(
    ({ status }) => fits(status.label, status.address, status.ports) || names.get(status.label)?.some(({ label, address }) => fits(label, address)),
  );
}

const kNone: readonly RealServerStatus[] = [];

/** Of a large farm `details` has the real servers of some services; others have rows that wait for them. */
export function flatten(services: LayeredService[], isOpen: (label: string) => boolean, details: Details): Row[] {
  return services.flatMap((service) => {
    const { label } = service.status;
    const servers = service.status.real_servers ?? details.get(label)?.real_servers;
    const own: Row = { kind: 'service', key: label, service, servers: servers ?? kNone };
    if (!isOpen(label)) return [own];
    if (servers) return [own, ...servers.map((server): Row => ({ kind: 'server', key: `${label}/${server.label}`, service, server }))];
    return [own, ...Array.from({ length: serverCount(service.status) }, (_, number): Row => ({ kind: 'waiting', key: `${label}//${number}`, service }))];
  });
}

/** Whose real servers have to be asked for, to draw these rows. */
export function lookedAt(rows: readonly Row[]): string[] {
  const wanting = rows.filter(({ kind, service: { status } }) => !status.real_servers && (kind !== 'service' || status.state === 'degraded'));
  return [...new Set(wanting.map(({ service }) => service.status.label))];
}

export function activeOf(item: ServiceSummary | RealServerStatus): number {
  return item.counters?.active ?? item.traffic?.connections ?? 0;
}

/** The same machine behind other virtual services. */
export function sameMachine(names: Names, address: string): { service: string; server: string }[] {
  return [...names].flatMap(([service, servers]) => servers.filter((server) => server.address === address).map(({ label }) => ({ service, server: label })));
}
