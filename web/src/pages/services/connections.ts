import { everyService } from '../../api/status';
import type { PlanChange, PlanField, WholeStatus } from '../../api/types';

/** Active connections of a virtual service, or of one real server of it. */
export function connectionsOf(status: WholeStatus | null, service: string, server?: string): number {
  const found = everyService(status).find(({ label }) => label === service);
  const item = server ? found?.real_servers?.find(({ label }) => label === server) : found;
  return item?.counters?.active ?? item?.traffic?.connections ?? 0;
}

// Connections are found by these: with other ones, those that there are belong nowhere.
const kEnding = ['address', 'ports', 'protocol', 'port', 'mode'];
const kTranslating = ['nat', 'snat'];

/** Between methods that translate addresses, and between those that do not, connections go on. */
function translatesOtherwise({ field, from, to }: PlanField): boolean {
  return field === 'forwarding_method' && kTranslating.includes(from) !== kTranslating.includes(to);
}

/** Whether what a plan does to an object ends its connections. */
export function endsConnections({ kind, fields }: PlanChange): boolean {
  return kind === 'removed' || (kind === 'modified' && fields.some((field) => kEnding.includes(field.field) || translatesOtherwise(field)));
}
