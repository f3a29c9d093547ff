// What is in the status: of a large farm it is asked for without real servers, and with those of the few services that are looked at.

import { get, segment } from './client';
import type { RealServerStatus, ServiceStatus, ServiceSummary, Status, WholeStatus } from './types';

/** A farm with no more real servers than these is asked for whole. */
const kSmallFarm = 300;

export const summaryOfAll = (signal?: AbortSignal) => get<Status>('status', { servers: 'none' }, signal);
export const statusOfAll = (signal?: AbortSignal) => get<WholeStatus>('status', {}, signal);

/** One virtual service, of either layer, with its real servers. */
export function statusOf({ label, mode }: ServiceSummary, signal?: AbortSignal): Promise<ServiceStatus> {
  return get<ServiceStatus>(`status/${mode === undefined ? 'virtual-services' : 'layer7-services'}/${segment(label)}`, {}, signal);
}

export function everyService(status: Status | null): ServiceSummary[] {
  return status ? [...status.virtual_services, ...status.layer7.services] : [];
}

export function isWhole(status: Status): status is WholeStatus {
  return everyService(status).every((service) => service.real_servers !== undefined);
}

export function serversOf(service: ServiceSummary): readonly RealServerStatus[] {
  return service.real_servers ?? [];
}

export function serverCount(service: ServiceSummary): number {
  return service.real_servers?.length ?? Object.values(service.server_states ?? {}).reduce((sum, count) => sum + count, 0);
}

export function isSmallFarm(status: Status): boolean {
  return everyService(status).reduce((sum, service) => sum + serverCount(service), 0) <= kSmallFarm;
}
