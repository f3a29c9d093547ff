import { describe, expect, it } from 'vitest';

import type { Acme, Certificate } from '../src/api/certificates';
import { kNothing, orderBody } from '../src/pages/certificates/answers';
import { expiryOf } from '../src/pages/certificates/expiry';
import { orderOf } from '../src/pages/certificates/orderState';
import { uploadOf } from '../src/pages/certificates/upload';
import { originOf, usableByWeb, wantedOf } from '../src/pages/certificates/webChoice';

describe('expiryOf', () => {
  it('has a colour and words', () => {
    const shown = (days: number | null) => Object.values(expiryOf({ days_left: days })).join(': ');
    expect([90, 30, 7, 1, 0, -1, -12, null].map(shown)).toEqual([
      'green: 90 days left', 'orange: 30 days left', 'red: 7 days left', 'red: 1 day left', 'red: ends today', 'red: ended yesterday', 'red: ended 12 days ago',
      'grey: waiting for the authority',
    ]);
  });
});

describe('uploadOf', () => {
  it('tells PEM from PFX by what it says', () => {
    expect(uploadOf(new TextEncoder().encode('-----BEGIN CERTIFICATE-----\nAA'))).toEqual({ pem: '-----BEGIN CERTIFICATE-----\nAA' });
    expect(uploadOf(new Uint8Array([0x30, 0x82, 0xff]))).toEqual({ pkcs12: 'MIL/' });
  });
});

describe('the certificate of the web interface', () => {
  const one = { label: 'www', has_key: true, not_after: '2027-01-20T08:00:00.000Z' } as Certificate;

  it('is one that has its key and is issued', () => {
    const standsIn = { ...one, label: 'b', acme: { issued: false } as Acme };
    const issued = { ...one, label: 'c', acme: { issued: true } as Acme };
    expect(usableByWeb([one, { ...one, label: 'a', has_key: false }, standsIn, issued, { ...one, label: 'd', not_after: null }])).toEqual(['www', 'c']);
  });

  it('says where it comes from', () => {
    expect(originOf({ stored: 'www', generated: false })).toBe('www, which it follows');
    expect([true, false].map((generated) => originOf({ stored: '', generated }))).toEqual(['made by evenkeeld: browsers warn of it', 'brought as a file']);
  });

  it('is named, or read from files in PEM form', async () => {
    expect(await wantedOf('www', [])).toEqual({ stored: 'www' });
    const file = new File(['-----BEGIN CERTIFICATE-----'], 'lb.pem');
    expect(await wantedOf('', [file])).toEqual({ certificate: '-----BEGIN CERTIFICATE-----', key: '-----BEGIN CERTIFICATE-----' });
    await expect(wantedOf('', [new File([new Uint8Array([0x30, 0x82])], 'lb.pfx')])).rejects.toThrow('no PEM');
  });
});

describe('an order from an ACME server', () => {
  const acme: Acme = { directory: 'https://acme.example/dir', names: ['a.example'], email: '', challenge: 'http-01', hook: '', key: 'ec-p256', issued: true, running: false, next_attempt: '2027-01-20T08:00:00.000Z', error: '' };
  const shown = (part: Partial<Acme>) => {
    const { colour, words, more } = orderOf({ ...acme, ...part });
    return `${colour}: ${words}${more && `; ${more.replace(/20 Jan 2027.*\d/, 'THEN')}`}`;
  };

  it('says how it stands', () => {
    expect(shown({})).toBe('green: renewed by itself; Next renewal: THEN');
    expect(shown({ running: true })).toBe('blue: being issued');
    expect(shown({ issued: false, next_attempt: null })).toBe('grey: not issued yet; It begins when a virtual service can answer the server.');
    expect(shown({ issued: false, error: 'no such name' })).toBe('red: not issued; no such name. Asked again: THEN.');
    expect(shown({ error: 'no such name.' })).toBe('orange: not renewed; no such name. Asked again: THEN.');
  });

  it('has a hook with DNS only, and the directory that was typed where none was chosen', () => {
    const answers = { ...kNothing, names: 'a.example, b.example', hook: 'dns.sh', agrees: true };
    expect(orderBody(answers)).toEqual({ names: ['a.example', 'b.example'], key: 'ec-p256', directory: kNothing.server, challenge: 'http-01', agree: true });
    expect(orderBody({ ...answers, server: '', directory: ' https://acme.example/dir ', challenge: 'dns-01' })).toMatchObject({ directory: 'https://acme.example/dir', hook: 'dns.sh' });
  });
});
