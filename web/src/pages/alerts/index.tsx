import { Alert, Button } from '@patternfly/react-core';
import { useMemo, useState } from 'react';

import { get, request } from '../../api/client';
import { fieldsOf, loadSchema, setAt, toJson, type ConfigurationSchema } from '../../api/schema';
import { change } from '../../api/services';
import type { JsonObject, Status } from '../../api/types';
import { useLive } from '../../app/live';
import { useMay } from '../../app/session';
import { sectionsOf } from '../../parts/form/layout';
import { useDraft } from '../../parts/form/useDraft';
import { Loaded, Page } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { Time } from '../../parts/Time';
import { useToast } from '../../parts/Toasts';
import { useAnnounce } from '../../parts/useAnnounce';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { EditorForm } from '../services/EditorForm';

const names = text.alerts;

function Deliveries({ alerts }: { alerts: Status['alerts'] }) {
  return (
    <Table aria-label={names.status}>
      <Thead><Tr><Th>{names.channel}</Th><Th>{names.waiting}</Th><Th>{names.lastSent}</Th><Th>{names.subject}</Th><Th>{names.error}</Th></Tr></Thead>
      <Tbody>
        {alerts.map((alert) => (
          <Tr key={alert.channel}>
            <Td dataLabel={names.channel}>{alert.channel}</Td>
            <Td dataLabel={names.waiting}>{alert.waiting}</Td>
            <Td dataLabel={names.lastSent}>{alert.last_sent ? <Time at={alert.last_sent} /> : names.none}</Td>
            <Td dataLabel={names.subject}>{alert.last_subject || '–'}</Td>
            <Td dataLabel={names.error}>{alert.error || '–'}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}

function TestButton() {
  const [isBusy, setBusy] = useState(false);
  const toast = useToast();
  const test = async () => {
    setBusy(true);
    try {
      const { body } = await request<{ alerts: Status['alerts'] }>('POST', 'alerts/test');
      const failed = body.alerts.filter(({ error }) => error !== '');
      if (failed.length === 0) toast({ title: names.tested });
      for (const { channel, error } of failed) toast({ variant: 'danger', title: names.failed(channel), body: error });
    } catch (error) {
      toast({ variant: 'danger', title: error instanceof Error ? error.message : String(error) });
    }
    setBusy(false);
  };
  return <Button variant="secondary" isLoading={isBusy} isDisabled={isBusy} onClick={() => void test()}>{names.test}</Button>;
}

interface FormProps {
  schema: ConfigurationSchema;
  configuration: JsonObject;
  revision: number;
  reload: () => void;
}

function AlertsForm({ schema, configuration, revision, reload }: FormProps) {
  const fields = useMemo(() => fieldsOf(schema, 'alerts', 'alerts.'), [schema]);
  const sections = useMemo(() => sectionsOf(fields, [
    { name: 'general', plain: ['alerts.minimum_severity', 'alerts.gather', 'alerts.interval'] },
    { name: 'email', plain: ['smarthost', 'from', 'to', 'security'].map((name) => `alerts.email.${name}`), advanced: ['port', 'login', 'password', 'verify_certificate'].map((name) => `alerts.email.${name}`) },
    { name: 'webhook', plain: ['alerts.webhook.url'], advanced: ['alerts.webhook.bearer', 'alerts.webhook.verify_certificate'] },
  ]), [fields]);
  const draft = useDraft(fields, configuration);
  const [isBusy, setBusy] = useState(false);
  const announce = useAnnounce();
  const update = async () => {
    const body = structuredClone(configuration);
    for (const field of fields) {
      const value = draft.values[field.path];
      if (value !== undefined) setAt(body, field.path, toJson(value, field));
    }
    setBusy(true);
    try {
      announce(text.services.updated(text.page.alerts), await change('PUT', 'configuration', body, { revision }), reload);
      reload();
    } catch (error) {
      draft.refuse(error);
    }
    setBusy(false);
  };
  return <EditorForm name={text.page.alerts} sections={sections} draft={draft} isBusy={isBusy} isGuarded={!isBusy} onUpdate={() => void update()} onCancel={() => draft.reset(configuration)} />;
}

export default function AlertsPage() {
  const { status } = useLive();
  const mayChange = useMay('operator');
  const loaded = useLoaded(async (signal) => ({
    schema: await loadSchema(), document: await get<{ revision: number; configuration: JsonObject }>('configuration', {}, signal),
  }), 'alerts');
  const hasChannels = (status?.alerts.length ?? 0) > 0;
  return (
    <Page title={text.page.alerts} lead={names.lead} actions={mayChange && hasChannels && <TestButton />}>
      <div className="ek-stack">
        {status && (hasChannels ? <Deliveries alerts={status.alerts} /> : <Alert component="p" variant="info" isInline isPlain title={names.nobody} />)}
        <Loaded loaded={loaded}>
          {({ schema, document }) => (
            <AlertsForm key={document.revision} schema={schema} configuration={document.configuration} revision={document.revision} reload={loaded.reload} />
          )}
        </Loaded>
      </div>
    </Page>
  );
}
