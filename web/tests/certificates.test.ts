import { describe, expect, it } from 'vitest';

import { expiryOf } from '../src/pages/certificates/expiry';
import { uploadOf } from '../src/pages/certificates/upload';

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
