// Where each field of the model stands on the page: the guide's sections, and what is behind [Advanced +].

import { fieldsOf, type ConfigurationSchema, type Field, type Values } from '../../api/schema';
import type { Layer } from '../../api/types';
import { text } from '../../text/en';
import { isHealthFieldUsed } from './healthFields';

type SectionName = keyof typeof text.form.section;

export interface SectionLayout {
  name: SectionName;
  plain: string[];
  advanced?: string[];
}

const kHealth: SectionLayout = {
  name: 'health',
  plain: ['health_check.type', 'health_check.check_port', 'health_check.protocol', 'health_check.request', 'health_check.response_expected',
    'health_check.secret', 'health_check.follow', 'health_check.script', 'health_check.share'],
  advanced: ['health_check.virtual_host', 'health_check.allowed_status', 'health_check.method', 'health_check.headers', 'health_check.json_pointer',
    'health_check.json_equals', 'health_check.follow_redirects', 'health_check.verify_certificate', 'health_check.certificate_warning', 'health_check.login',
    'health_check.password', 'health_check.database', 'health_check.record_type', 'health_check.accept_silence', 'health_check.connects_per_negotiate',
    'health_check.insist', 'health_check.more_ports', 'health_check.interval', 'health_check.timeout', 'health_check.failure_count',
    'health_check.success_count', 'health_check.jitter', 'health_check.path_check', 'required_checks'],
};

const kLayer4: SectionLayout[] = [
  { name: 'service', plain: ['label', 'address', 'ports'], advanced: ['interface'] },
  { name: 'protocol', plain: ['protocol'], advanced: ['one_packet'] },
  { name: 'forwarding', plain: ['forwarding_method'], advanced: ['source_addresses'] },
  { name: 'balance', plain: ['scheduler'], advanced: ['slow_start'] },
  { name: 'persistence', plain: ['persistence.enabled', 'persistence.timeout'], advanced: ['persistence.ipv4_prefix', 'persistence.ipv6_prefix'] },
  kHealth,
  { name: 'feedback', plain: ['feedback.method'], advanced: ['feedback.port', 'feedback.request'] },
  { name: 'fallback', plain: ['fallback.mode', 'fallback.address', 'fallback.port', 'fallback.masq'] },
  { name: 'availability', plain: [], advanced: ['quorum', 'minimum_usable', 'failback', 'panic_threshold', 'on_failure', 'on_halt'] },
  { name: 'flood', plain: [], advanced: ['half_open_limit', 'syn_flood'] },
  { name: 'alerts', plain: [], advanced: ['alert_to', 'alert_from'] },
];

const kLayer7: SectionLayout[] = [
  { name: 'service', plain: ['label', 'address', 'ports'], advanced: ['interface'] },
  { name: 'protocol', plain: ['mode'] },
  { name: 'balance', plain: ['scheduler'], advanced: ['redispatch'] },
  { name: 'persistence', plain: ['persistence'], advanced: ['persistence_timeout', 'cookie_name'] },
  { ...kHealth },
  { name: 'http', plain: [], advanced: ['x_forwarded_for', 'force_https', 'https_port', 'redirect_code'] },
  { name: 'proxy', plain: [], advanced: ['accept_proxy', 'send_proxy', 'source_address'] },
  { name: 'fallback', plain: ['fallback_address', 'fallback_port'] },
  { name: 'limits', plain: [], advanced: ['maximum_connections', 'connect_timeout', 'client_timeout', 'server_timeout', 'tunnel_timeout', 'request_timeout'] },
];

const kServer: SectionLayout[] = [
  { name: 'server', plain: ['label', 'address', 'port', 'weight', 'minimum_connections', 'maximum_connections'], advanced: ['priority'] },
];

/** The guide's short form for a new virtual service. */
const kShort: Record<Layer, string[]> = {
  4: ['label', 'address', 'ports', 'protocol', 'forwarding_method', 'interface'],
  7: ['label', 'address', 'ports', 'mode', 'interface'],
};

export interface Section {
  title: string;
  plain: Field[];
  advanced: Field[];
}

/** The sections with their fields. A field of the schema that no section names is not lost: it is among the last one's advanced ones. */
export function sectionsOf(fields: Field[], layouts: SectionLayout[]): Section[] {
  const byPath = new Map(fields.map((field) => [field.path, field]));
  const take = (paths: string[] = []) => paths.flatMap((path) => {
    const field = byPath.get(path);
    byPath.delete(path);
    return field ? [field] : [];
  });
  const sections = layouts.map(({ name, plain, advanced }) => ({ title: text.form.section[name], plain: take(plain), advanced: take(advanced) }));
  sections[sections.length - 1]?.advanced.push(...byPath.values());
  return sections.filter((section) => section.plain.length + section.advanced.length > 0);
}

export function serviceFields(schema: ConfigurationSchema, layer: Layer, isShort: boolean): Field[] {
  const fields = fieldsOf(schema, layer === 4 ? 'virtual_service' : 'layer7_service');
  return isShort ? fields.filter(({ path }) => kShort[layer].includes(path)) : fields;
}

export function serviceSections(fields: Field[], layer: Layer): Section[] {
  return sectionsOf(fields, layer === 4 ? kLayer4 : kLayer7);
}

export function serverFields(schema: ConfigurationSchema, layer: Layer): Field[] {
  return fieldsOf(schema, layer === 4 ? 'real_server' : 'layer7_server');
}

export function serverSections(fields: Field[]): Section[] {
  return sectionsOf(fields, kServer);
}

/** Fields without effect as things stand are not shown. */
export function isShown({ path }: Field, values: Values): boolean {
  if (path.startsWith('health_check.')) return isHealthFieldUsed(path.slice('health_check.'.length), values);
  if (path.startsWith('persistence.') && path !== 'persistence.enabled') return values['persistence.enabled'] === true;
  if (path === 'persistence_timeout') return values.persistence !== 'none';
  if (path === 'cookie_name') return values.persistence === 'http_cookie';
  if (['fallback.address', 'fallback.port', 'fallback.masq'].includes(path)) return values['fallback.mode'] === 'server';
  if (['feedback.port', 'feedback.request'].includes(path)) return values['feedback.method'] !== 'none';
  if (path === 'source_addresses') return values.forwarding_method === 'snat';
  if (['https_port', 'redirect_code'].includes(path)) return values.force_https === true;
  if (['x_forwarded_for', 'force_https', 'request_timeout'].includes(path)) return values.mode === 'http';
  return true;
}
