import {
  ActionGroup, Alert, Button, Card, CardBody, DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm, Form, FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput, Title,
} from '@patternfly/react-core';
import { useState } from 'react';

import { request } from '../../api/client';
import type { Change, Json, JsonObject } from '../../api/types';
import { useRefresh } from '../../app/live';
import { useMay } from '../../app/session';
import { download } from '../../parts/download';
import { Failure } from '../../parts/Failure';
import { dateTime } from '../../parts/format';
import { Page } from '../../parts/Page';
import { PlanView } from '../../parts/PlanView';
import { useToast } from '../../parts/Toasts';
import { Warnings } from '../../parts/Warnings';
import { text } from '../../text/en';
import { fileName, parseBackup } from './file';

const names = text.backup;

interface LabelChanges {
  added: string[];
  changed: string[];
  removed: string[];
}

/** What restoring a backup does, or would do. */
interface Restored extends Change {
  backup: { host: string; made_at: string; revision: number; own: boolean };
  certificates: LabelChanges;
  files: LabelChanges;
  users: LabelChanges | null; // null: they stay
  tokens: LabelChanges | null;
}

interface PassphraseProps {
  id: string;
  label: string;
  value: string;
  help?: string;
  isWrong?: boolean;
  isNew?: boolean;
  onChange: (value: string) => void;
}

function Passphrase({ id, label, value, help, isWrong = false, isNew = false, onChange }: PassphraseProps) {
  return (
    <FormGroup label={label} fieldId={id} isRequired>
      <TextInput id={id} type="password" autoComplete={isNew ? 'new-password' : 'off'} value={value} validated={isWrong ? 'error' : 'default'} isRequired onChange={(_, typed) => onChange(typed)} />
      {help && <FormHelperText><HelperText isLiveRegion={isWrong}><HelperTextItem variant={isWrong ? 'error' : 'default'}>{help}</HelperTextItem></HelperText></FormHelperText>}
    </FormGroup>
  );
}

function Backup() {
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const toast = useToast();
  const differs = again !== '' && again !== passphrase;
  const save = async () => {
    setBusy(true);
    setError(null);
    try {
      const { body } = await request<Json>('POST', 'backup', { body: { passphrase } });
      const file = fileName(new Date());
      download(file, JSON.stringify(body, null, 1), 'application/json');
      toast({ title: names.saved(file) });
      setPassphrase('');
      setAgain('');
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <Form className="ek-form" isWidthLimited aria-label={names.backup} onSubmit={(event) => { event.preventDefault(); void save(); }}>
      <Title headingLevel="h2">{names.backup}</Title>
      <p>{names.backupText}</p>
      {error !== null && <Failure error={error} />}
      <Passphrase id="passphrase" label={names.passphrase} value={passphrase} help={names.passphraseHelp} isNew onChange={setPassphrase} />
      <Passphrase id="passphrase-again" label={names.again} value={again} help={differs ? names.differ : undefined} isWrong={differs} isNew onChange={setAgain} />
      <ActionGroup><Button type="submit" isLoading={isBusy} isDisabled={isBusy || !passphrase || passphrase !== again}>{names.download}</Button></ActionGroup>
    </Form>
  );
}

interface Planned {
  change: Restored;
  backup: JsonObject;
  passphrase: string;
}

/** Labels that come, change and go. */
function Difference({ name, difference }: { name: string; difference: LabelChanges | null }) {
  const parts = difference === null ? [names.stay] : ([['added', '+'], ['changed', '~'], ['removed', '-']] as const).flatMap(([kind, sign]) => difference[kind].map((label) => `${sign} ${label}`));
  return (
    <DescriptionListGroup>
      <DescriptionListTerm>{name}</DescriptionListTerm>
      <DescriptionListDescription>{parts.join(', ') || names.same}</DescriptionListDescription>
    </DescriptionListGroup>
  );
}

function PlanOfRestore({ planned, isBusy, onApply, onCancel }: { planned: Planned; isBusy: boolean; onApply: () => void; onCancel: () => void }) {
  const { plan, warnings, backup, certificates, files, users, tokens } = planned.change;
  return (
    <div className="ek-stack">
      <Alert component="p" variant={backup.own ? 'info' : 'warning'} isInline title={backup.own ? names.own : names.foreign}>{names.origin(backup.host, dateTime(backup.made_at), backup.revision)}</Alert>
      <p>{names.planText}</p>
      <DescriptionList isHorizontal isCompact aria-label={names.restore}>
        <Difference name={names.kinds.certificates} difference={certificates} />
        <Difference name={names.kinds.files} difference={files} />
        <Difference name={names.kinds.users} difference={users} />
        <Difference name={names.kinds.tokens} difference={tokens} />
      </DescriptionList>
      {warnings.length > 0 && <Alert component="p" variant="warning" isInline title={text.wizard.warnings}><Warnings warnings={warnings} /></Alert>}
      <PlanView plan={plan} />
      {users && <p className="ek-subtle">{names.signedOut}</p>}
      <div className="ek-actions">
        <Button variant="danger" isLoading={isBusy} isDisabled={isBusy} onClick={onApply}>{names.apply}</Button>
        <Button variant="link" onClick={onCancel}>{text.action.cancel}</Button>
      </div>
    </div>
  );
}

function Restore() {
  const [file, setFile] = useState<File | null>(null);
  const [passphrase, setPassphrase] = useState('');
  const [planned, setPlanned] = useState<Planned | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const toast = useToast();
  const refresh = useRefresh();
  const attempt = async (action: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await action();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  const send = async (backup: JsonObject, words: string, isDryRun: boolean) => (await request<Restored>('POST', 'restore', { body: { backup, passphrase: words, dry_run: isDryRun } })).body;
  const plan = () => attempt(async () => {
    const backup = parseBackup(await file!.text());
    setPlanned({ backup, passphrase, change: await send(backup, passphrase, true) });
  });
  const apply = (wanted: Planned) => attempt(async () => {
    const { revision, warnings } = await send(wanted.backup, wanted.passphrase, false);
    // No Undo: it would bring the configuration back, but not certificates and users.
    toast({ title: names.restored, variant: warnings.length > 0 ? 'warning' : 'success', body: revision !== null && text.services.inForce(revision) });
    refresh();
    setPlanned(null);
    setPassphrase('');
  });
  return (
    <div className="ek-stack">
      <Form className="ek-form" isWidthLimited aria-label={names.restore} onSubmit={(event) => { event.preventDefault(); void plan(); }}>
        <Title headingLevel="h2">{names.restore}</Title>
        <p>{names.restoreText}</p>
        {error !== null && <Failure error={error} />}
        <FormGroup label={names.file} fieldId="backup-file" isRequired>
          <input id="backup-file" type="file" accept=".json,application/json" onChange={(event) => { setFile(event.target.files?.[0] ?? null); setPlanned(null); }} />
        </FormGroup>
        <Passphrase id="restore-passphrase" label={names.passphraseOf} value={passphrase} onChange={(value) => { setPassphrase(value); setPlanned(null); }} />
        {!planned && <ActionGroup><Button type="submit" variant="secondary" isLoading={isBusy} isDisabled={isBusy || !file || !passphrase}>{names.look}</Button></ActionGroup>}
      </Form>
      {planned && <PlanOfRestore planned={planned} isBusy={isBusy} onApply={() => void apply(planned)} onCancel={() => setPlanned(null)} />}
    </div>
  );
}

/** Everything into a file, and out of one again: with what it would change, before it does. */
export default function BackupPage() {
  const mayChange = useMay('administrator');
  return (
    <Page title={text.page.backup} lead={names.lead}>
      {mayChange && (
        <div className="ek-halves">
          <Card isCompact><CardBody><Backup /></CardBody></Card>
          <Card isCompact><CardBody><Restore /></CardBody></Card>
        </div>
      )}
    </Page>
  );
}
