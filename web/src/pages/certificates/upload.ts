// A file of a certificate, as the API takes it: PEM as text, PFX in base64.

import type { JsonObject } from '../../api/types';

const kMost = 1_000_000;

export class TooLarge extends Error {}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** PEM says so itself; everything else can only be PFX. */
export function uploadOf(bytes: Uint8Array): JsonObject {
  const text = new TextDecoder().decode(bytes);
  return text.includes('-----BEGIN ') ? { pem: text } : { pkcs12: base64(bytes) };
}

export async function readUpload(files: readonly File[]): Promise<JsonObject> {
  if (files.reduce((sum, { size }) => sum + size, 0) > kMost) throw new TooLarge();
  const parts = await Promise.all(files.map(async (file) => uploadOf(new Uint8Array(await file.arrayBuffer()))));
  const pem = parts.map((part) => part.pem).filter((part) => typeof part === 'string');
  return pem.length === parts.length ? { pem: pem.join('\n') } : (parts.find((part) => part.pkcs12) ?? {});
}
