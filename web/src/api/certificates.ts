// Certificates: their keys go in and never come out.

import { get, request, segment } from './client';
import type { Json, JsonObject } from './types';

/** How an ACME server issues one, and how that fares. */
export interface Acme {
  directory: string;
  names: string[];
  email: string;
  challenge: 'http-01' | 'dns-01';
  hook: string;
  key: string;
  /** False while one stands in that evenkeeld has signed itself. */
  issued: boolean;
  running: boolean;
  /** Null while nobody could answer the server. */
  next_attempt: string | null;
  /** Why the last attempt has failed. */
  error: string;
}

export interface Certificate {
  label: string;
  origin: string;
  state: string;
  has_key: boolean;
  used_by: string[];
  /** By the web interface. */
  used_by_web: boolean;
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
  acme?: Acme;
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
export const orderCertificate = (body: JsonObject) => send('POST', 'certificates/acme', body);
export const replaceCertificate = (label: string, body: JsonObject) => send('PUT', `certificates/${segment(label)}`, body);

export async function removeCertificate(label: string): Promise<void> {
  await request('DELETE', `certificates/${segment(label)}`);
}

/** Has the ACME server asked at once. */
export async function renewCertificate(label: string): Promise<void> {
  await request('POST', `certificates/${segment(label)}/renew`);
}
