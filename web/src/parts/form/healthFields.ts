// Which settings a kind of health check looks at (docs/checks.md): the others are not shown.

import type { Values } from '../../api/schema';

const kAlways = ['type', 'interval', 'timeout', 'failure_count', 'success_count', 'jitter', 'path_check'];
const kWithPort = ['check_port', 'more_ports'];
const kHttp = ['virtual_host', 'request', 'response_expected', 'allowed_status', 'method', 'headers', 'json_pointer', 'json_equals', 'follow_redirects', 'insist'];
const kTls = ['virtual_host', 'verify_certificate', 'certificate_warning'];
const kLogin = ['login', 'password'];

const kByProtocol: Record<string, string[]> = {
  http: kHttp, https: [...kHttp, ...kTls], http_proxy: kHttp,
  simple_tcp: ['request', 'response_expected'], simple_udp: ['request', 'response_expected', 'accept_silence'],
  ftp: kLogin, smtp: kLogin, smtps: [...kLogin, ...kTls], imap: kLogin, imaps: [...kLogin, ...kTls], pop: kLogin, pops: [...kLogin, ...kTls],
  nntp: kLogin, dns: ['request', 'response_expected', 'record_type'], sip: [...kLogin, 'allowed_status'], radius: [...kLogin, 'secret'],
  ldap: [...kLogin, 'request'], ldaps: [...kLogin, 'request', ...kTls], mysql: [...kLogin, 'database', 'request'], postgresql: [...kLogin, 'database', 'request'],
  smb: [...kLogin, 'share'], ipp: ['request'], ipps: ['request', ...kTls],
};

const kByType: Record<string, string[]> = {
  connect: kWithPort, ping: [], always_on: [], always_off: [], syn: kWithPort, tls: [...kWithPort, ...kTls],
  papercut: [...kWithPort, 'secret', ...kTls, 'insist', 'protocol'], external_script: [...kWithPort, 'script'], follow: ['follow'],
};

export function isHealthFieldUsed(name: string, values: Values): boolean {
  if (kAlways.includes(name)) return true;
  const type = String(values['health_check.type'] ?? '');
  if (type === 'negotiate' || type === 'connects_then_negotiate') {
    if (name === 'protocol' || kWithPort.includes(name)) return true;
    if (name === 'connects_per_negotiate') return type === 'connects_then_negotiate';
    return (kByProtocol[String(values['health_check.protocol'])] ?? []).includes(name);
  }
  return (kByType[type] ?? []).includes(name);
}
