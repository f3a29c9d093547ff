import { change, listServices, servicePath } from '../../api/services';
import { valueAt } from '../../api/schema';

/** Adds a certificate to those of a virtual service of layer 7. */
export async function putInto(service: string, certificate: string): Promise<void> {
  const { services, revision } = await listServices(7);
  const own = valueAt(services.find(({ label }) => label === service), 'tls.certificates');
  const certificates = [...(Array.isArray(own) ? own : []), certificate];
  await change('PATCH', servicePath(7, service), { tls: { certificates } }, { revision });
}
