// Where the web interface is, and the certificate that it shows browsers.

import { get, request } from './client';

export interface WebCertificate {
  subject: string;
  issuer: string;
  names: string[];
  not_before: string;
  not_after: string;
  fingerprint: string;
  generated: boolean;
  /** Label of the stored certificate that it follows; empty: none. */
  stored: string;
}

export interface WebStatus {
  on: boolean;
  serving: boolean;
  /** Why not, or why not with the certificate that it is to have. */
  reason: string;
  addresses: string[];
  certificate: WebCertificate | null;
}

export type WantedWebCertificate = { stored: string } | { certificate: string; key: string };

export const getWeb = (signal?: AbortSignal) => get<WebStatus>('web', {}, signal);

export async function putWebCertificate(wanted: WantedWebCertificate): Promise<WebStatus> {
  return (await request<WebStatus>('PUT', 'web/certificate', { body: wanted })).body;
}
