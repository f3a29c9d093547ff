// Virtual services and real servers of both layers, and what is done to them.

import { request, segment } from './client';
import type { Change, HealthReport, Json, JsonObject, Layer, OperatorAction, ProbeResult, ServiceList } from './types';

export function collection(layer: Layer): string {
  return layer === 4 ? 'virtual-services' : 'layer7-services';
}

export async function listServices(layer: Layer): Promise<ServiceList> {
  const { body } = await request<{ revision: number } & Record<string, JsonObject[] | number>>('GET', collection(layer));
  const services = body[layer === 4 ? 'virtual_services' : 'layer7_services'];
  return { revision: body.revision, services: Array.isArray(services) ? services : [] };
}

export interface ChangeOptions {
  dryRun?: boolean;
  revision?: number | null;
  comment?: string;
  /** Seconds after which it is taken back, unless it is confirmed. */
  confirmWithin?: number | null;
}

export async function change(method: string, path: string, body: Json | undefined, options: ChangeOptions = {}): Promise<Change> {
  const query = { dry_run: options.dryRun || undefined, comment: options.comment, confirm_within: options.confirmWithin ?? undefined };
  return (await request<Change>(method, path, { body, query, revision: options.revision })).body;
}

export function servicePath(layer: Layer, label: string): string {
  return `${collection(layer)}/${segment(label)}`;
}

export function serverPath(layer: Layer, service: string, label: string): string {
  return `${servicePath(layer, service)}/real-servers/${segment(label)}`;
}

/** Operator actions and health know both layers by the same path. */
function operatorPath(service: string, server: string): string {
  return serverPath(4, service, server);
}

export type Verb = 'drain' | 'halt' | 'online';

export async function act(service: string, server: string, verb: Verb, details: { reason: string; within?: number }): Promise<OperatorAction> {
  const body: JsonObject = { reason: details.reason };
  if (details.within) body.within = details.within;
  const answer = await request<{ operator_action: OperatorAction }>('POST', `${operatorPath(service, server)}/${verb}`, { body });
  return answer.body.operator_action;
}

export async function failBack(service: string): Promise<void> {
  await request('POST', `virtual-services/${segment(service)}/failback`);
}

export async function healthOf(service: string, server: string): Promise<HealthReport> {
  return (await request<HealthReport>('GET', `${operatorPath(service, server)}/health`)).body;
}

export async function probeNow(service: string, server: string): Promise<ProbeResult> {
  return (await request<ProbeResult>('POST', `${operatorPath(service, server)}/health/test`)).body;
}

export async function restore(revision: number, options: ChangeOptions = {}): Promise<Change> {
  return change('POST', `revisions/${revision}/restore`, undefined, options);
}
