// The six answers, and the services that follow from them.

import type { Json, JsonObject } from '../../api/types';

export type Method = 'direct_routing' | 'snat' | 'layer7';

export interface Answers {
  method: Method;
  application: string;
  print: string;
  applicationAddress: string;
  printAddress: string;
  shareName: string;
  key: string;
  hasDeploy: boolean;
  hasRpc: boolean;
}

export const kNoAnswers: Answers = {
  method: 'direct_routing', application: '', print: '', applicationAddress: '', printAddress: '', shareName: 'PapercutPrintService', key: '',
  hasDeploy: false, hasRpc: false,
};

export interface Machine {
  label: string;
  address: string;
}

const kAddress = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-fA-F:]*:[0-9a-fA-F:.]*)$/;

export function isAddress(word: string): boolean {
  return kAddress.test(word) && word.split('.').every((part) => !/^\d+$/.test(part) || Number(part) < 256);
}

/** One machine a line. `wrong` are the lines that name none. */
export function machinesOf(lines: string): { machines: Machine[]; wrong: string[] } {
  const machines: Machine[] = [];
  const wrong: string[] = [];
  for (const line of lines.split('\n').map((one) => one.trim()).filter((one) => one !== '')) {
    const [label = '', address = '', more] = line.split(/[\s,;]+/);
    if (label && isAddress(address) && !more) machines.push({ label, address });
    else wrong.push(line);
  }
  return { machines, wrong };
}

const kHealthRequest = '/api/health/application-server/status?disk-threshold-mb=1&Authorization=';
const kHealthy = '"status"\\s*:\\s*"OK"';

function applicationCheck(key: string): JsonObject {
  if (!key) return { type: 'connect' };
  return { type: 'negotiate', protocol: 'http', request: kHealthRequest + key, response_expected: kHealthy };
}

function service(answers: Answers, label: string, address: string, ports: string, machines: Machine[], check: JsonObject, protocol = 'tcp'): JsonObject {
  const servers = machines.map(({ label: name, address: own }): Json => ({ label: name, address: own }));
  const shared = { label, address, ports, health_check: check, real_servers: servers };
  if (answers.method === 'layer7') return { ...shared, mode: 'tcp', persistence: 'none' };
  return { ...shared, protocol, forwarding_method: answers.method, persistence: { enabled: false } };
}

export const kServices = { application: 'Papercut_WUI', print: 'Print_Provider', mobility: 'MobilityPrint' } as const;

/** The guide's three virtual services. */
export function servicesFor(answers: Answers): JsonObject[] {
  const application = machinesOf(answers.application).machines;
  const print = machinesOf(answers.print).machines;
  const deploy = answers.hasDeploy ? ',9173,9174' : '';
  const rpc = answers.hasRpc && answers.method !== 'layer7' ? ',135,49152-65535' : '';
  return [
    service(answers, kServices.application, answers.applicationAddress, `9191,9192,9193${deploy}`, application, applicationCheck(answers.key)),
    service(answers, kServices.print, answers.printAddress, `445${rpc}`, print, { type: 'connect', check_port: rpc ? 445 : null }),
    service(answers, kServices.mobility, answers.printAddress, '53,9163,9164', print, { type: 'connect', check_port: 9163 }, 'tcp_udp'),
  ];
}

export interface Wanted {
  configuration: JsonObject;
  labels: string[];
  renamed: string[];
}

function listOf(configuration: JsonObject, name: string): JsonObject[] {
  const list = configuration[name];
  return Array.isArray(list) ? (list as JsonObject[]) : [];
}

/** The configuration in force with the new services; a taken label gets "-1", "-2", ... */
export function withServices(configuration: JsonObject, answers: Answers): Wanted {
  const name = answers.method === 'layer7' ? 'layer7_services' : 'virtual_services';
  const taken = new Set(['virtual_services', 'layer7_services'].flatMap((list) => listOf(configuration, list).map(({ label }) => String(label))));
  const renamed: string[] = [];
  const added = servicesFor(answers).map((one) => {
    const wanted = String(one.label);
    let label = wanted;
    for (let number = 1; taken.has(label); number += 1) label = `${wanted}-${number}`;
    if (label !== wanted) renamed.push(wanted);
    return { ...one, label };
  });
  return {
    configuration: { ...configuration, [name]: [...listOf(configuration, name), ...added] },
    labels: added.map(({ label }) => label), renamed,
  };
}

export type Advice = 'sameAddress' | 'rpc' | 'udp' | 'key';

/** What these answers lead to that people do not expect. */
export function adviceFor(answers: Answers): Advice[] {
  const advice: Advice[] = [];
  if (answers.method === 'direct_routing' && answers.applicationAddress === answers.printAddress) advice.push('sameAddress');
  if (!answers.hasRpc || answers.method === 'layer7') advice.push('rpc');
  if (answers.method === 'layer7') advice.push('udp');
  if (!answers.key) advice.push('key');
  return advice;
}
