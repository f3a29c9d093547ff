import { everyService } from '../../api/status';
import type { PlanChange, WholeStatus } from '../../api/types';

/** Active connections of a virtual service, or of one real server of it. */
export function connectionsOf(status: WholeStatus | null, service: string, server?: string): number {
  const found = everyService(status).find(({ label }) => label === service);
  const item = server ? found?.real_servers?.find(({ label }) => label === server) : found;
  return item?.counters?.active ?? item?.traffic?.connections ?? 0;
}

// Connections are found by these: with other ones, those that there are belong nowhere.
const kEnding = ['address', 'ports', 'protocol', 'forwarding_method', 'port', 'mode'];

/** Whether what a plan does to an object ends its connections. */
export function endsConnections({ kind, fields }: PlanChange): boolean {
  return kind === 'removed' || (kind === 'modified' && fields.some(({ field }) => kEnding.includes(field)));
}
