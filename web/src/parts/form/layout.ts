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
    'health_check.secret', 'health_check.follow', 'health_check.script', 'health_check.share', 'more_checks', 'required_checks'],
  advanced: ['health_check.starttls', 'health_check.virtual_host', 'health_check.allowed_status', 'health_check.method', 'health_check.headers', 'health_check.json_pointer',
    'health_check.json_equals', 'health_check.follow_redirects', 'health_check.verify_certificate', 'health_check.certificate_warning', 'health_check.login',
    'health_check.password', 'health_check.database', 'health_check.record_type', 'health_check.accept_silence', 'health_check.connects_per_negotiate',
    'health_check.insist', 'health_check.more_ports', 'health_check.interval', 'health_check.timeout', 'health_check.failure_count',
    'health_check.success_count', 'health_check.jitter', 'health_check.path_check'],
};

const kLayer4: SectionLayout[] = [
  { name: 'service', plain: ['label', 'address', 'ports'], advanced: ['interface'] },
  { name: 'protocol', plain: ['protocol'], advanced: ['one_packet'] },
  { name: 'forwarding', plain: ['forwarding_method'], advanced: ['source_addresses'] },
  { name: 'balance', plain: ['scheduler'], advanced: ['slow_start'] },
  { name: 'persistence', plain: ['persistence.enabled', 'persistence.timeout'], advanced: ['persistence.ipv4_prefix', 'persistence.ipv6_prefix'] },
  kHealth,
  { name: 'feedback', plain: ['feedback.method'], advanced: ['feedback.port', 'feedback.request'] },
  { name: 'fallback', plain: ['fallback.mode', 'fallback.page', 'fallback.address', 'fallback.port', 'fallback.masq'] },
  { name: 'availability', plain: [], advanced: ['quorum', 'minimum_usable', 'failback', 'panic_threshold', 'on_failure', 'on_halt'] },
  { name: 'flood', plain: [], advanced: ['half_open_limit', 'syn_flood'] },
  { name: 'alerts', plain: [], advanced: ['alert_to', 'alert_from'] },
];

const kLayer7: SectionLayout[] = [
  { name: 'service', plain: ['label', 'address', 'ports'], advanced: ['interface'] },
  { name: 'protocol', plain: ['mode'] },
  { name: 'balance', plain: ['scheduler'], advanced: ['slow_start', 'redispatch'] },
  {
    name: 'persistence', plain: ['persistence', 'cookie_name', 'application_cookie_name', 'x_forwarded_for_position', 'persistence_timeout'],
    advanced: ['cookie_maximum_life', 'persistence_table_size', 'forget_on_drain'],
  },
  kHealth,
  {
    name: 'tls', plain: ['tls.certificates', 'tls.profile', 'tls.minimum', 'tls.ciphers', 'tls.ciphersuites', 'tls.client_certificates', 'tls.client_authority'],
    advanced: ['tls.ocsp_stapling'],
  },
  { name: 'serverTls', plain: ['server_tls.enabled', 'server_tls.verify', 'server_tls.authority', 'server_tls.server_name'] },
  { name: 'rules', plain: ['force_https', 'https_port', 'redirect_code', 'rules'] },
  { name: 'headers', plain: ['x_forwarded_for', 'header_rules'], advanced: ['http.client_x_forwarded_for', 'http.hsts', 'http.hsts_months'] },
  {
    name: 'http', plain: [],
    advanced: ['compression', 'h2', 'server_h2', 'connections', 'reuse', 'pretend_keepalive', 'accept_invalid'].map((name) => `http.${name}`),
  },
  { name: 'proxy', plain: [], advanced: ['accept_proxy', 'send_proxy', 'source_address', 'transparent_proxy'] },
  { name: 'feedback', plain: ['feedback.method'], advanced: ['feedback.port', 'feedback.request'] },
  { name: 'fallback', plain: ['fallback_address', 'fallback_port', 'fallback_page'], advanced: ['fallback_persistent'] },
  {
    name: 'limits', plain: [],
    advanced: ['maximum_connections', 'full_connections', 'connect_timeout', 'client_timeout', 'server_timeout', 'tunnel_timeout', 'request_timeout', 'tcp_keepalive'],
  },
  { name: 'logging', plain: ['log'] },
  { name: 'manual', plain: [], advanced: ['manual_configuration'] },
];

const kServer: SectionLayout[] = [
  { name: 'server', plain: ['label', 'address', 'port', 'weight', 'minimum_connections', 'maximum_connections'], advanced: ['priority', 'backup'] },
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

const kCookie = ['http_cookie', 'http_cookie_source_ip'];
const kInTable = ['source_ip', 'http_cookie_source_ip', 'application_cookie', 'x_forwarded_for', 'ssl_session_id', 'rdp_cookie'];

/** For each field that does not always count, when it does. */
const kShownWhen: Record<string, (values: Values) => boolean> = {
  persistence_timeout: ({ persistence }) => persistence !== 'none' && persistence !== 'last_successful',
  cookie_name: ({ persistence }) => kCookie.includes(String(persistence)),
  cookie_maximum_life: ({ persistence }) => kCookie.includes(String(persistence)),
  application_cookie_name: ({ persistence }) => persistence === 'application_cookie',
  x_forwarded_for_position: ({ persistence }) => persistence === 'x_forwarded_for',
  persistence_table_size: ({ persistence }) => kInTable.includes(String(persistence)),
  forget_on_drain: ({ persistence }) => persistence !== 'none',
  required_checks: ({ more_checks: more }) => Array.isArray(more) && more.length > 0,
  'fallback.page': (values) => values['fallback.mode'] === 'page' || values['fallback.mode'] === 'local',
  fallback_page: ({ mode, fallback_address: address }) => mode === 'http' && address === '',
  'fallback.address': (values) => values['fallback.mode'] === 'server',
  'fallback.port': (values) => values['fallback.mode'] === 'server',
  'fallback.masq': (values) => values['fallback.mode'] === 'server',
  'feedback.port': (values) => values['feedback.method'] !== 'none',
  'feedback.request': (values) => values['feedback.method'] !== 'none',
  source_addresses: (values) => values.forwarding_method === 'snat',
  https_port: (values) => values.force_https === true,
  redirect_code: (values) => values.force_https === true,
  'tls.profile': (values) => values['tls.certificates'] !== '',
  'tls.minimum': (values) => values['tls.profile'] === 'custom',
  'tls.ciphers': (values) => values['tls.profile'] === 'custom',
  'tls.ciphersuites': (values) => values['tls.profile'] === 'custom',
  'tls.client_certificates': (values) => values['tls.certificates'] !== '',
  'tls.client_authority': (values) => values['tls.client_certificates'] !== 'off',
  'tls.ocsp_stapling': (values) => values['tls.certificates'] !== '',
  'server_tls.verify': (values) => values['server_tls.enabled'] === true,
  'server_tls.authority': (values) => values['server_tls.enabled'] === true && values['server_tls.verify'] === true,
  'server_tls.server_name': (values) => values['server_tls.enabled'] === true,
  'http.client_x_forwarded_for': (values) => values.x_forwarded_for === true,
  'http.hsts_months': (values) => values['http.hsts'] === true,
};

const kHttpOnly = ['x_forwarded_for', 'force_https', 'https_port', 'redirect_code', 'request_timeout', 'header_rules'];

/** Fields without effect as things stand are not shown. */
export function isShown({ path }: Field, values: Values): boolean {
  if (path.startsWith('health_check.')) return isHealthFieldUsed(path.slice('health_check.'.length), values);
  if (path.startsWith('persistence.') && path !== 'persistence.enabled') return values['persistence.enabled'] === true;
  if ((kHttpOnly.includes(path) || path.startsWith('http.')) && values.mode !== 'http') return false;
  return kShownWhen[path]?.(values) ?? true;
}

type ShownInEntry = (path: string, entry: Values, service: Values) => boolean;

const kShownInEntry: Record<string, ShownInEntry> = {
  more_checks: (path, entry) => isHealthFieldUsed(path, entry, ''),
  rules: (path, { action }, { mode }) => {
    if (path === 'servers') return action === 'use_servers';
    if (path === 'location') return String(action).startsWith('redirect_');
    return path !== 'status' || (action !== 'use_servers' && mode === 'http');
  },
  conditions: (path, { subject, comparison }) => {
    const isExact = subject === 'method' || subject === 'source';
    if (path === 'name') return subject === 'header' || subject === 'query';
    if (path === 'comparison') return !isExact;
    return path !== 'value' || isExact || comparison !== 'exists';
  },
  header_rules: (path, { action }) => {
    if (path === 'pattern') return action === 'replace';
    return path !== 'value' || action !== 'delete';
  },
};

/** The same in an entry of a list; `service`: the values around it. */
export function isShownIn(list: string, { path }: Field, entry: Values, service: Values): boolean {
  return kShownInEntry[list]?.(path, entry, service) ?? true;
}
