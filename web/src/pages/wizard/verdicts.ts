import type { ServiceStatus } from '../../api/types';
import { isPassive } from '../../parts/passive';
import { text } from '../../text/en';

export interface Verdict {
  name: string;
  isGood: boolean;
  words: string;
}

const names = text.wizard.checks;

function serversOf(services: ServiceStatus[]) {
  return services.flatMap((service) => service.real_servers.map((server) => ({ service: service.label, server })));
}

function exists(labels: string[], services: ServiceStatus[]): Verdict {
  const failed = services.filter(({ state }) => state === 'failed');
  const words = failed.length > 0 ? failed.map(({ label, reason }) => `${label}: ${reason}`).join('; ') : services.map(({ label, address, ports }) => `${label} ${address}:${ports}`).join('; ');
  return { name: names.exists, isGood: services.length === labels.length && failed.length === 0, words };
}

function health(services: ServiceStatus[]): Verdict {
  const unwell = serversOf(services).filter(({ server }) => server.state !== 'up' && server.state !== 'standby' && !isPassive(server));
  const words = unwell.map(({ service, server }) => `${server.label} (${service}): ${server.reason}`).join('; ');
  return { name: names.health, isGood: services.length > 0 && unwell.length === 0, words: words || services.map(({ label, reason }) => (reason ? `${label}: ${reason}` : label)).join('; ') };
}

function path(services: ServiceStatus[]): Verdict | null {
  const checked = serversOf(services).filter(({ server }) => server.path_check);
  if (checked.length === 0) return null;
  const unwell = checked.filter(({ server }) => server.path_check!.state !== 'up');
  const words = unwell.map(({ server }) => `${server.label}: ${server.path_check!.reason}`).join('; ');
  return { name: names.path, isGood: unwell.length === 0, words: words || checked.map(({ server }) => `${server.label}: ${server.path_check!.reason}`).join('; ') };
}

function active(services: ServiceStatus[]): Verdict | null {
  const application = services.find(({ ports }) => ports.startsWith('9191'));
  if (!application) return null;
  const up = application.real_servers.filter(({ state }) => state === 'up');
  const others = application.real_servers.filter(isPassive).map(({ label }) => `${label}: ${text.state.passive}`);
  return { name: names.active, isGood: up.length === 1, words: [...up.map(({ label, reason }) => `${label}: ${reason}`), ...others].join('; ') };
}

/** What the load balancer can tell by itself of chapter 14. */
export function verdictsFor(labels: string[], services: ServiceStatus[]): Verdict[] {
  return [exists(labels, services), health(services), path(services), active(services)].filter((verdict) => verdict !== null);
}
