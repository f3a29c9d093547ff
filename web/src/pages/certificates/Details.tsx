import { DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm, Modal, ModalBody, ModalHeader } from '@patternfly/react-core';

import { findCertificate } from '../../api/certificates';
import { Document } from '../../parts/Document';
import { Loaded } from '../../parts/Page';
import { Time } from '../../parts/Time';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { Order } from './Order';

const names = text.certificates;

/** Everything about one, with what may be handed on: the certificate, or the request. Never the key. */
export function Details({ label, onClose }: { label: string; onClose: () => void }) {
  const loaded = useLoaded((signal) => findCertificate(label, signal), label);
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="certificate-title">
      <ModalHeader title={label} labelId="certificate-title" />
      <ModalBody tabIndex={0}>
        <Loaded loaded={loaded}>
          {(one) => (
            <div className="ek-stack">
              <DescriptionList isHorizontal isCompact>
                {([
                  [names.columns.subject, one.subject], [names.columns.names, one.names.join(', ')], [names.columns.issuer, one.self_signed ? names.itself : one.issuer],
                  [names.keyKind, one.key], [names.from, one.not_before && <Time at={one.not_before} />], [names.until, one.not_after && <Time at={one.not_after} />],
                  ...(one.acme ? [[names.order.state, <Order acme={one.acme} />], [names.field.directory, one.acme.directory], [names.field.challenge, names.challenges[one.acme.challenge]], [names.field.hook, one.acme.hook], [names.field.email, one.acme.email]] as const : []),
                  [names.fingerprint, <span className="ek-mono">{one.fingerprint}</span>],
                ] as const).filter(([, value]) => value).map(([term, value]) => (
                  <DescriptionListGroup key={term}><DescriptionListTerm>{term}</DescriptionListTerm><DescriptionListDescription>{value}</DescriptionListDescription></DescriptionListGroup>
                ))}
              </DescriptionList>
              {one.request && <><p>{names.requestHow}</p><Document id="request" content={one.request} file={`${label}.csr`} /></>}
              {one.pem && <Document id="pem" content={one.pem} file={`${label}.pem`} />}
            </div>
          )}
        </Loaded>
      </ModalBody>
    </Modal>
  );
}
