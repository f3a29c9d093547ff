import { Button, Label } from '@patternfly/react-core';
import { CheckCircleIcon, ExclamationCircleIcon, ExclamationTriangleIcon, HourglassHalfIcon } from '@patternfly/react-icons';
import { useState, type ReactElement } from 'react';

import { listCertificates, removeCertificate, renewCertificate, type Certificate } from '../../api/certificates';
import { useMay } from '../../app/session';
import { Confirm } from '../../parts/Confirm';
import { Failure } from '../../parts/Failure';
import { Empty, Loaded, Page } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { useToast } from '../../parts/Toasts';
import { useLoaded } from '../../parts/useLoaded';
import { Warnings } from '../../parts/Warnings';
import { text } from '../../text/en';
import { AddCertificate } from './AddCertificate';
import { Details } from './Details';
import { expiryOf, type Colour } from './expiry';
import { Order } from './Order';
import { WebInterface } from './WebInterface';

const names = text.certificates;
const kRenewMs = 3000;

type Dialog = { kind: 'add' } | { kind: 'show' | 'replace' | 'complete' | 'delete'; label: string };

const kIcons: Record<Colour, ReactElement> = {
  green: <CheckCircleIcon />, orange: <ExclamationTriangleIcon />, red: <ExclamationCircleIcon />, grey: <HourglassHalfIcon />,
};

function Expiry({ certificate }: { certificate: Certificate }) {
  const { colour, words } = expiryOf(certificate);
  return <Label color={colour} icon={kIcons[colour]} isCompact>{words}</Label>;
}

function issuerOf({ self_signed: isOwn, issuer, not_after: end }: Certificate): string {
  if (end === null) return '–';
  return isOwn ? names.itself : issuer.replace(/^CN=/, '');
}

function usersOf({ used_by: services, used_by_web: isWebs }: Certificate): string[] {
  return isWebs ? [...services, names.web.user] : services;
}

function Lines({ of }: { of: string[] }) {
  return of.length > 0 ? of.map((line) => <div key={line}>{line}</div>) : '–';
}

interface LineProps {
  one: Certificate;
  onDialog: (dialog: Dialog) => void;
  onRenew: (label: string) => void;
}

function Line({ one, onDialog, onRenew }: LineProps) {
  const mayChange = useMay('administrator');
  const { columns } = names;
  const { label } = one;
  const isRequest = one.not_after === null;
  const button = (kind: 'replace' | 'complete' | 'delete', title: string, isDanger = false) => (
    <Button size="sm" variant="secondary" isDanger={isDanger} aria-label={`${title} ${label}`} onClick={() => onDialog({ kind, label })}>{title}</Button>
  );
  return (
    <Tr>
      <Td dataLabel={columns.label}><Button variant="link" isInline onClick={() => onDialog({ kind: 'show', label })}>{label}</Button></Td>
      <Td dataLabel={columns.names} modifier="breakWord"><Lines of={one.names.length > 0 ? one.names : [one.subject || '–']} />{!one.has_key && <div className="ek-subtle">{names.authority}</div>}</Td>
      <Td dataLabel={columns.issuer}>{issuerOf(one)}</Td>
      <Td dataLabel={columns.expiry}>
        <div className="ek-tight">
          {one.acme?.issued !== false && <span><Expiry certificate={one} /></span>}
          {one.acme && <Order acme={one.acme} />}
        </div>
      </Td>
      <Td dataLabel={columns.usedBy} modifier="breakWord"><Lines of={usersOf(one)} /></Td>
      <Td dataLabel={text.overview.columns.actions}>
        {mayChange && (
          <div className="ek-actions">
            {one.acme && <Button size="sm" variant="secondary" isDisabled={one.acme.running} aria-label={`${names.order.renew} ${label}`} onClick={() => onRenew(label)}>{names.order.renew}</Button>}
            {isRequest ? button('complete', names.complete) : button('replace', names.replace)}
            {button('delete', text.action.delete, true)}
          </div>
        )}
      </Td>
    </Tr>
  );
}

function CertificateTable({ all, ...act }: { all: Certificate[] } & Omit<LineProps, 'one'>) {
  const { columns } = names;
  return (
    <Table aria-label={text.page.certificates}>
      <Thead>
        <Tr>
          <Th modifier="fitContent">{columns.label}</Th><Th width={20}>{columns.names}</Th><Th width={15}>{columns.issuer}</Th><Th width={20}>{columns.expiry}</Th><Th width={15}>{columns.usedBy}</Th>
          <Th isHidden>{text.overview.columns.actions}</Th>
        </Tr>
      </Thead>
      <Tbody>{all.map((one) => <Line key={one.label} one={one} {...act} />)}</Tbody>
    </Table>
  );
}

function Delete({ label, onDone, onClose }: { label: string; onDone: () => void; onClose: () => void }) {
  const [error, setError] = useState<unknown>(null);
  const run = async () => {
    try {
      await removeCertificate(label);
      onDone();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Confirm title={text.services.deleteTitle(label)} action={text.action.delete} isDanger onConfirm={() => void run()} onCancel={onClose}>
      {error !== null && <Failure error={error} />}
      <p>{names.deleteText}</p>
    </Confirm>
  );
}

export default function CertificatesPage() {
  const loaded = useLoaded(listCertificates, 'certificates', kRenewMs);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const toast = useToast();
  const mayChange = useMay('administrator');
  const close = () => setDialog(null);
  const finish = (title: string, warnings: string[] = []) => {
    close();
    toast({ title, variant: warnings.length > 0 ? 'warning' : 'success', body: warnings.length > 0 && <Warnings warnings={warnings} /> });
    loaded.reload();
  };
  const renew = async (label: string) => {
    try {
      await renewCertificate(label);
      toast({ variant: 'info', title: names.order.asking(label) });
    } catch (error) {
      toast({ variant: 'danger', title: error instanceof Error ? error.message : String(error) });
    }
    loaded.reload();
  };
  const added = (one: Certificate) => {
    finish(one.acme ? names.order.begun(one.label) : names.added(one.label), one.warnings);
    if (one.not_after === null) setDialog({ kind: 'show', label: one.label });
  };
  return (
    <Page title={text.page.certificates} lead={names.lead} actions={mayChange && <Button onClick={() => setDialog({ kind: 'add' })}>{names.add}</Button>}>
      <Loaded loaded={loaded}>
        {(all) => (
          <div className="ek-stack">
            {all.length === 0 ? <Empty title={names.empty} body={names.emptyText} /> : <CertificateTable all={all} onDialog={setDialog} onRenew={(label) => void renew(label)} />}
            <WebInterface all={all} onChanged={loaded.reload} />
          </div>
        )}
      </Loaded>
      {dialog?.kind === 'add' && <AddCertificate onDone={added} onClose={close} />}
      {dialog?.kind === 'complete' && <AddCertificate completes={dialog.label} onDone={added} onClose={close} />}
      {dialog?.kind === 'replace' && <AddCertificate replaces={dialog.label} onDone={(one) => finish(names.replaced(one.label), one.warnings)} onClose={close} />}
      {dialog?.kind === 'show' && <Details label={dialog.label} onClose={close} />}
      {dialog?.kind === 'delete' && <Delete label={dialog.label} onDone={() => finish(text.services.deleted(dialog.label))} onClose={close} />}
    </Page>
  );
}
