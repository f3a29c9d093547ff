// Which certificates the web interface can have, and what its present one is.

import type { Certificate } from '../../api/certificates';
import type { WantedWebCertificate, WebCertificate } from '../../api/webInterface';
import { text } from '../../text/en';
import { readUpload } from './upload';

const names = text.certificates.web;

/** Those with a key that are issued: labels. */
export function usableByWeb(all: readonly Certificate[]): string[] {
  return all.filter((one) => one.has_key && one.not_after !== null && one.acme?.issued !== false).map(({ label }) => label);
}

export function originOf({ stored, generated }: Pick<WebCertificate, 'stored' | 'generated'>): string {
  if (stored !== '') return names.follows(stored);
  return generated ? names.generated : names.brought;
}

/** `label` empty: what is in the files, key and certificates in any of them. */
export async function wantedOf(label: string, files: readonly File[]): Promise<WantedWebCertificate> {
  if (label !== '') return { stored: label };
  const { pem } = await readUpload(files);
  if (typeof pem !== 'string') throw new Error(names.noPem);
  return { certificate: pem, key: pem };
}
