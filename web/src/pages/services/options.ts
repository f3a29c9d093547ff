import { listCertificates } from '../../api/certificates';
import { listServices } from '../../api/services';
import type { JsonObject, Layer } from '../../api/types';
import type { Options } from '../../parts/form/options';

function labelsOf(objects: unknown): string[] {
  return Array.isArray(objects) ? objects.map((object: JsonObject) => String(object.label)) : [];
}

/** What the form of a virtual service may name that is somewhere else. */
export async function loadOptions(layer: Layer): Promise<Options> {
  const [own, other, certificates] = await Promise.all([listServices(layer), listServices(layer === 4 ? 7 : 4), listCertificates()]);
  const withKey = certificates.filter(({ has_key: hasKey, not_after: end }) => hasKey && end !== null);
  const authorities = certificates.filter(({ authority, has_key: hasKey }) => authority || !hasKey).map(({ label }) => label);
  return {
    follow: [...labelsOf(own.services), ...labelsOf(other.services)],
    certificates: labelsOf(withKey), client_authority: authorities, authority: authorities,
  };
}

export function withServersOf(options: Options, service: JsonObject): Options {
  return { ...options, follow: (options.follow ?? []).filter((label) => label !== service.label), servers: labelsOf(service.real_servers) };
}
