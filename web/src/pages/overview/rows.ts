// The rows of System Overview: each virtual service, and below it its real servers.

import type { Layer, RealServerStatus, ServiceStatus, Status } from '../../api/types';

export interface LayeredService {
  layer: Layer;
  status: ServiceStatus;
}

export type Row =
  | { kind: 'service'; key: string; service: LayeredService }
  | { kind: 'server'; key: string; service: LayeredService; server: RealServerStatus };

export function servicesOf(status: Status): LayeredService[] {
  return [
    ...status.virtual_services.map((service) => ({ layer: 4 as const, status: service })),
    ...status.layer7.services.map((service) => ({ layer: 7 as const, status: service })),
  ];
}

export function matching(services: LayeredService[], filter: string): LayeredService[] {
  const wanted = filter.trim().toLowerCase();
  if (!wanted) return services;
  const fits = (...words: string[]) => words.some((word) => word.toLowerCase().includes(wanted));
  return services.filter(
    ({ status }) => fits(status.label, status.address, status.ports) || status.real_servers.some(({ label, address }) => fits(label, address)),
  );
}

export function flatten(services: LayeredService[], closed: ReadonlySet<string>): Row[] {
  return services.flatMap((service) => {
    const { label, real_servers: servers } = service.status;
    const own: Row = { kind: 'service', key: label, service };
    if (closed.has(label)) return [own];
    return [own, ...servers.map((server): Row => ({ kind: 'server', key: `${label}/${server.label}`, service, server }))];
  });
}

export function activeOf(item: ServiceStatus | RealServerStatus): number {
  return item.counters?.active ?? item.traffic?.connections ?? 0;
}

/** The same machine behind other virtual services. */
export function sameMachine(services: LayeredService[], address: string): { service: string; server: string }[] {
  return services.flatMap(({ status }) =>
    status.real_servers.filter((server) => server.address === address).map((server) => ({ service: status.label, server: server.label })),
  );
}
