// Which settings a kind of health check looks at (docs/checks.md): the others are not shown.

import type { Values } from '../../api/schema';

const kAlways = ['type', 'interval', 'timeout', 'failure_count', 'success_count', 'jitter', 'path_check'];
const kWithPort = ['check_port', 'more_ports'];
const kHttpAlone = ['request', 'response_expected', 'allowed_status', 'method', 'headers', 'json_pointer', 'json_equals', 'login', 'password'];
const kHttp = [...kHttpAlone, 'virtual_host', 'follow_redirects', 'insist'];
const kTls = ['virtual_host', 'verify_certificate', 'certificate_warning'];
const kLogin = ['login', 'password'];
const kMail = ['response_expected', ...kLogin];
const kDatabase = ['request', ...kLogin, 'database', 'starttls'];

const kByProtocol: Record<string, string[]> = {
  http: kHttp, https: [...kHttp, ...kTls], http_proxy: kHttpAlone,
  simple_tcp: ['request', 'response_expected'], simple_udp: ['request', 'response_expected', 'accept_silence'],
  ftp: [...kMail, 'starttls'], smtp: [...kMail, 'starttls'], smtps: [...kMail, ...kTls], imap: [...kMail, 'starttls'], imaps: [...kMail, ...kTls],
  pop: [...kMail, 'starttls'], pops: [...kMail, ...kTls], nntp: ['request', ...kMail, 'starttls'],
  dns: ['request', 'response_expected', 'record_type'], sip: ['virtual_host', 'allowed_status', 'login', 'response_expected'], radius: [...kLogin, 'secret'],
  ldap: ['request', ...kMail, 'starttls'], ldaps: ['request', ...kMail, ...kTls], mysql: kDatabase, postgresql: kDatabase,
  smb: ['share', ...kLogin], ipp: ['virtual_host', 'request', ...kLogin], ipps: ['virtual_host', 'request', ...kLogin, ...kTls],
};

const kByType: Record<string, string[]> = {
  connect: kWithPort, ping: [], always_on: [], always_off: [], syn: kWithPort, tls: [...kWithPort, ...kTls],
  papercut: [...kWithPort, 'secret', ...kTls, 'insist', 'protocol'], external_script: [...kWithPort, 'script'], follow: ['follow'],
};

/** `prefix`: where the check's fields are among the values. */
export function isHealthFieldUsed(name: string, values: Values, prefix = 'health_check.'): boolean {
  if (kAlways.includes(name)) return true;
  const type = String(values[`${prefix}type`] ?? '');
  if (type !== 'negotiate' && type !== 'connects_then_negotiate') return (kByType[type] ?? []).includes(name);
  if (name === 'protocol' || kWithPort.includes(name)) return true;
  if (name === 'connects_per_negotiate') return type === 'connects_then_negotiate';
  const used = kByProtocol[String(values[`${prefix}protocol`])] ?? [];
  return used.includes(name) || (values[`${prefix}starttls`] === true && used.includes('starttls') && kTls.includes(name));
}
