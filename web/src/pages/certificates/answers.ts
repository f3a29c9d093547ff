// What the dialog asks for a certificate, and what of it the API gets.

import { addCertificate, makeRequest, makeSelfSigned, orderCertificate, replaceCertificate, type Certificate } from '../../api/certificates';
import { listOf } from '../../api/schema';
import type { JsonObject } from '../../api/types';
import { readUpload } from './upload';

export type Way = 'file' | 'self' | 'request' | 'acme';
export const kWays: Way[] = ['file', 'acme', 'self', 'request'];
export const kKeys = ['ec-p256', 'ec-p384', 'rsa-2048', 'rsa-3072', 'rsa-4096'];
export const kDirectories = ['https://acme-v02.api.letsencrypt.org/directory', 'https://acme-staging-v02.api.letsencrypt.org/directory'];

export interface Answers {
  label: string;
  pem: string;
  password: string;
  names: string;
  days: string;
  key: string;
  organisation: string;
  country: string;
  /** One of kDirectories, or empty for `directory`. */
  server: string;
  directory: string;
  email: string;
  challenge: string;
  hook: string;
  agrees: boolean;
  /** The virtual service that is to use it. */
  service: string;
}

export const kNothing: Answers = {
  label: '', pem: '', password: '', names: '', days: '365', key: 'ec-p256', organisation: '', country: '',
  server: kDirectories[0]!, directory: '', email: '', challenge: 'http-01', hook: '', agrees: false, service: '',
};

/** Fields that show what is wrong with them. */
export const kFields = ['label', 'pem', 'pkcs12', 'password', 'names', 'days', 'key', 'organisation', 'country', 'directory', 'email', 'challenge', 'hook', 'agree'];

async function broughtBody(answers: Answers, files: readonly File[]): Promise<JsonObject> {
  const body = files.length > 0 ? await readUpload(files) : { pem: answers.pem };
  return answers.password ? { ...body, password: answers.password } : body;
}

export function orderBody(answers: Answers): JsonObject {
  const { key, challenge, hook, email, agrees: agree } = answers;
  const body: JsonObject = { names: listOf(answers.names), key, directory: answers.server || answers.directory.trim(), challenge, agree };
  if (challenge === 'dns-01') body.hook = hook.trim();
  if (email.trim()) body.email = email.trim();
  return body;
}

export function madeBody(way: Way, answers: Answers): JsonObject {
  const body: JsonObject = { names: listOf(answers.names), key: answers.key };
  if (answers.organisation) body.organisation = answers.organisation;
  if (answers.country) body.country = answers.country;
  if (way === 'self') body.days = /^\d+$/.test(answers.days) ? Number(answers.days) : answers.days;
  return body;
}

/** `replaced`: the one that it takes the place of. */
export async function send(way: Way, answers: Answers, files: readonly File[], replaced?: string): Promise<Certificate> {
  const label = answers.label.trim();
  if (way === 'acme') return orderCertificate({ label, ...orderBody(answers) });
  if (way === 'self') return makeSelfSigned({ label, ...madeBody(way, answers) });
  if (way === 'request') return makeRequest({ label, ...madeBody(way, answers) });
  const body = await broughtBody(answers, files);
  return replaced === undefined ? addCertificate({ label, ...body }) : replaceCertificate(replaced, body);
}
