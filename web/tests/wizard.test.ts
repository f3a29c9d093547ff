import { describe, expect, it } from 'vitest';

import { adviceFor, isAddress, kNoAnswers, machinesOf, servicesFor, withServices } from '../src/pages/wizard/answers';
import { dnsRecords, powerShellFile, registryFile } from '../src/pages/wizard/files';

const answers = {
  ...kNoAnswers, application: 'App_Svr1 10.0.0.36\nApp_Svr2 10.0.0.37', print: 'PS1 10.0.0.39', applicationAddress: '10.0.0.50', printAddress: '10.0.0.51', key: 'KEY',
};

describe('machinesOf', () => {
  it('takes a name and an address a line, and names the lines that have none', () => {
    expect(machinesOf('PS1 10.0.0.1\n\nPS2, fd00::2\nPS3\nPS4 10.0.0.300')).toEqual({
      machines: [{ label: 'PS1', address: '10.0.0.1' }, { label: 'PS2', address: 'fd00::2' }], wrong: ['PS3', 'PS4 10.0.0.300'],
    });
  });

  it('knows addresses', () => {
    expect(['10.0.0.1', 'fd77::1'].every(isAddress)).toBe(true);
    expect(['', '10.0.0', '10.0.0.256', 'host'].some(isAddress)).toBe(false);
  });
});

describe('servicesFor', () => {
  it('makes the three virtual services of chapter 10', () => {
    const [application, print, mobility] = servicesFor(answers);
    expect(application).toMatchObject({ label: 'Papercut_WUI', ports: '9191,9192,9193', protocol: 'tcp', forwarding_method: 'direct_routing', persistence: { enabled: false } });
    expect(application?.health_check).toMatchObject({ type: 'negotiate', request: '/api/health/application-server/status?disk-threshold-mb=1&Authorization=KEY' });
    expect(print).toMatchObject({ label: 'Print_Provider', ports: '445' });
    expect(mobility).toMatchObject({ label: 'MobilityPrint', ports: '53,9163,9164', protocol: 'tcp_udp', health_check: { check_port: 9163 } });
  });

  it('has no UDP at layer 7', () => {
    for (const service of servicesFor({ ...answers, method: 'layer7', hasRpc: true })) {
      expect(service).toMatchObject({ mode: 'tcp', persistence: 'none' });
      expect(service).not.toHaveProperty('protocol');
    }
  });

  it('gives a taken label a number', () => {
    const { labels, renamed } = withServices({ virtual_services: [{ label: 'Print_Provider' }], layer7_services: [{ label: 'Print_Provider-1' }] }, answers);
    expect(labels).toEqual(['Papercut_WUI', 'Print_Provider-2', 'MobilityPrint']);
    expect(renamed).toEqual(['Print_Provider']);
  });
});

describe('adviceFor', () => {
  it('warns of one VIP for both in direct routing, and of 445 without 135', () => {
    expect(adviceFor({ ...answers, printAddress: answers.applicationAddress })).toEqual(['sameAddress', 'rpc']);
    expect(adviceFor({ ...answers, hasRpc: true })).toEqual([]);
    expect(adviceFor({ ...answers, method: 'layer7', key: '' })).toEqual(['rpc', 'udp', 'key']);
  });
});

describe('files for the servers', () => {
  it('writes REG_MULTI_SZ in UTF-16 with two zeros at the end', () => {
    expect(registryFile('AB')).toContain('"OptionalNames"=hex(7):41,00,42,00,00,00,00,00');
    expect(registryFile('AB')).toContain('"DisableStrictNameChecking"=dword:00000001');
  });

  it('quotes the name for PowerShell', () => {
    expect(powerShellFile("O'Neill")).toContain("@('O''Neill')");
  });

  it('makes A and AAAA records', () => {
    expect(dnsRecords('Print', 'fd00::1', '10.0.0.1')).toBe('Print.  IN  AAAA  fd00::1\npapercut.  IN  A  10.0.0.1\n');
  });
});
