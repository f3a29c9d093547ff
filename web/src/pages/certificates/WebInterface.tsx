import { Button, Card, CardBody, CardHeader, CardTitle, DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm, Form, FormGroup, FormHelperText, FormSelect, FormSelectOption, HelperText, HelperTextItem } from '@patternfly/react-core';
import { useState } from 'react';

import type { Certificate } from '../../api/certificates';
import { getWeb, putWebCertificate, type WebCertificate, type WebStatus } from '../../api/webInterface';
import { useMay } from '../../app/session';
import { Confirm } from '../../parts/Confirm';
import { Failure } from '../../parts/Failure';
import { Time } from '../../parts/Time';
import { useToast } from '../../parts/Toasts';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { originOf, usableByWeb, wantedOf } from './webChoice';

const names = text.certificates.web;
const kRenewMs = 3000;

interface ChangeProps {
  all: readonly Certificate[];
  present: string;
  onDone: (status: WebStatus) => void;
  onClose: () => void;
}

/** One of the stored ones, or a file of its own. */
function Change({ all, present, onDone, onClose }: ChangeProps) {
  const labels = usableByWeb(all);
  const [label, setLabel] = useState(labels.includes(present) ? present : (labels[0] ?? ''));
  const [files, setFiles] = useState<readonly File[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      onDone(await putWebCertificate(await wantedOf(label, files)));
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Confirm title={names.changeTitle} action={names.use} size="medium" isBusy={isBusy} isDisabled={label === '' && files.length === 0} onConfirm={() => void run()} onCancel={onClose}>
      <Form onSubmit={(event) => { event.preventDefault(); void run(); }}>
        {error !== null && <Failure error={error} />}
        <FormGroup label={text.certificates.columns.label} fieldId="web-certificate">
          <FormSelect id="web-certificate" value={label} onChange={(_, value) => setLabel(value)}>
            {labels.map((one) => <FormSelectOption key={one} value={one} label={one} />)}
            <FormSelectOption value="" label={names.file} />
          </FormSelect>
          <FormHelperText><HelperText><HelperTextItem>{label === '' ? names.fileHelp : names.storedHelp}</HelperTextItem></HelperText></FormHelperText>
        </FormGroup>
        {label === '' && (
          <FormGroup label={text.certificates.field.file} fieldId="web-files">
            <input id="web-files" type="file" multiple accept=".pem,.crt,.cer,.key" onChange={(event) => setFiles([...(event.target.files ?? [])])} />
          </FormGroup>
        )}
      </Form>
    </Confirm>
  );
}

function Facts({ certificate }: { certificate: WebCertificate }) {
  const facts = [
    [text.certificates.columns.label, originOf(certificate)], [text.certificates.columns.names, certificate.names.join(', ')],
    [text.certificates.until, <Time at={certificate.not_after} />], [text.certificates.fingerprint, <span className="ek-mono">{certificate.fingerprint}</span>],
  ] as const;
  return (
    <DescriptionList isHorizontal isCompact>
      {facts.map(([term, value]) => <DescriptionListGroup key={term}><DescriptionListTerm>{term}</DescriptionListTerm><DescriptionListDescription>{value}</DescriptionListDescription></DescriptionListGroup>)}
    </DescriptionList>
  );
}

/** The certificate of these pages themselves. */
export function WebInterface({ all, onChanged }: { all: readonly Certificate[]; onChanged: () => void }) {
  const web = useLoaded(getWeb, 'web', kRenewMs);
  const [isChanging, setChanging] = useState(false);
  const mayChange = useMay('administrator');
  const toast = useToast();
  const done = (status: WebStatus) => {
    setChanging(false);
    toast({ variant: 'success', title: names.changed, body: status.certificate && originOf(status.certificate) });
    web.reload();
    onChanged();
  };
  const { value } = web;
  if (!value?.certificate) return null;
  const change = <Button size="sm" variant="secondary" onClick={() => setChanging(true)}>{names.change}</Button>;
  return (
    <Card isCompact>
      <CardHeader actions={mayChange ? { actions: change, hasNoOffset: true } : undefined}><CardTitle component="h2">{names.title}</CardTitle></CardHeader>
      <CardBody>
        {value.reason !== '' && <Failure error={new Error(value.reason)} />}
        <Facts certificate={value.certificate} />
      </CardBody>
      {isChanging && <Change all={all} present={value.certificate.stored} onDone={done} onClose={() => setChanging(false)} />}
    </Card>
  );
}
