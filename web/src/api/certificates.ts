// Certificates: their keys go in and never come out.

import { get, request, segment } from './client';
import type { Json, JsonObject } from './types';

export interface Certificate {
  label: string;
  origin: string;
  state: string;
  has_key: boolean;
  used_by: string[];
  warnings: string[];
  subject: string;
  names: string[];
  issuer: string;
  self_signed: boolean;
  authority: boolean;
  key: string;
  not_before: string | null;
  not_after: string | null;
  days_left: number | null;
  fingerprint: string;
  pem?: string;
  request?: string;
}

// What only the authority's answer brings.
const kRequested = {
  subject: '', names: [], issuer: '', self_signed: false, authority: false, key: '', not_before: null, not_after: null, days_left: null, fingerprint: '',
};

interface Changed {
  certificate: Certificate;
  layer7: string;
}

export async function listCertificates(signal?: AbortSignal): Promise<Certificate[]> {
  return (await get<{ certificates: Certificate[] }>('certificates', {}, signal)).certificates.map((one) => ({ ...kRequested, ...one }));
}

export async function findCertificate(label: string, signal?: AbortSignal): Promise<Certificate> {
  return { ...kRequested, ...(await get<Certificate>(`certificates/${segment(label)}`, {}, signal)) };
}

async function send(method: string, path: string, body: JsonObject): Promise<Certificate> {
  return { ...kRequested, ...(await request<Changed>(method, path, { body: body as Json })).body.certificate };
}

export const addCertificate = (body: JsonObject) => send('POST', 'certificates', body);
export const makeSelfSigned = (body: JsonObject) => send('POST', 'certificates/self-signed', body);
export const makeRequest = (body: JsonObject) => send('POST', 'certificates/requests', body);
export const replaceCertificate = (label: string, body: JsonObject) => send('PUT', `certificates/${segment(label)}`, body);

export async function removeCertificate(label: string): Promise<void> {
  await request('DELETE', `certificates/${segment(label)}`);
}
