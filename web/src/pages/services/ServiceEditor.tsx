import { Button } from '@patternfly/react-core';
import { useMemo, useState } from 'react';
import { flushSync } from 'react-dom';
import { useNavigate, useParams } from 'react-router-dom';

import { loadSchema, patchOf, valuesOf, type ConfigurationSchema } from '../../api/schema';
import { collection, listServices, servicePath } from '../../api/services';
import type { JsonObject, Layer } from '../../api/types';
import { useMay } from '../../app/session';
import { serviceFields, serviceSections } from '../../parts/form/layout';
import { OptionsProvider, type Options } from '../../parts/form/options';
import { useDraft } from '../../parts/form/useDraft';
import { Empty, Loaded, Page } from '../../parts/Page';
import { useAnnounce } from '../../parts/useAnnounce';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { ConflictDialog, type Conflict } from './ConflictDialog';
import { EditorForm } from './EditorForm';
import { loadOptions, withServersOf } from './options';
import { servicePlace, servicesPlace } from './places';
import { useChange } from './useChange';

function NewService({ layer, schema }: { layer: Layer; schema: ConfigurationSchema }) {
  const fields = useMemo(() => serviceFields(schema, layer, true), [schema, layer]);
  const sections = useMemo(() => serviceSections(fields, layer), [fields, layer]);
  const draft = useDraft(fields);
  const [isDone, setDone] = useState(false);
  const control = useChange();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const update = (confirmWithin: number | null) => {
    const required = Object.fromEntries(fields.filter(({ isRequired }) => isRequired).map(({ path }) => [path, String(draft.values[path] ?? '').trim()]));
    const body = { ...draft.patch, ...required };
    const label = String(draft.values.label ?? '');
    void control.apply({ method: 'POST', path: collection(layer), body, revision: null, confirmWithin, service: label }, {
      onRefused: draft.refuse,
      onDone: (done) => {
        flushSync(() => setDone(true));
        announce(text.services.created(label), done);
        navigate(servicesPlace(layer));
      },
    });
  };
  const name = text.services.addHeading(layer);
  return <EditorForm name={name} sections={sections} draft={draft} isBusy={control.isBusy} isGuarded={!isDone} hasTrial onUpdate={update} onCancel={() => navigate(servicesPlace(layer))} />;
}

export function AddService({ layer }: { layer: Layer }) {
  const loaded = useLoaded(loadSchema, 'schema');
  return (
    <Page title={text.services.addHeading(layer)}>
      <Loaded loaded={loaded}>{(schema) => <NewService layer={layer} schema={schema} />}</Loaded>
    </Page>
  );
}

interface EditorProps {
  layer: Layer;
  schema: ConfigurationSchema;
  service: JsonObject;
  options: Options;
  revision: number;
}

function ServiceForm({ layer, schema, service, options, revision }: EditorProps) {
  const fields = useMemo(() => serviceFields(schema, layer, false), [schema, layer]);
  const sections = useMemo(() => serviceSections(fields, layer), [fields, layer]);
  const draft = useDraft(fields, service);
  const [base, setBase] = useState(revision);
  const [isDone, setDone] = useState(false);
  const [conflict, setConflict] = useState<Conflict | null>(null);
  const control = useChange();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const label = String(service.label);

  const [trial, setTrial] = useState<number | null>(null);

  const send = (body: JsonObject, from: number | null, confirmWithin: number | null) => {
    setTrial(confirmWithin);
    void control.apply({ method: 'PATCH', path: servicePath(layer, label), body, revision: from, confirmWithin, service: label }, {
      onRefused: draft.refuse,
      onConflict: () => void look(confirmWithin),
      onDone: (done) => {
        flushSync(() => setDone(true));
        announce(text.services.updated(String(draft.values.label)), done);
        navigate(servicesPlace(layer));
      },
    });
  };

  // Another revision is in force. Was it this service that somebody changed? If not, there is nothing to decide.
  const look = async (confirmWithin: number | null) => {
    const list = await listServices(layer);
    const theirs = list.services.find((other) => other.label === label) ?? null;
    const changed = theirs && patchOf(fields, draft.before, valuesOf(fields, theirs));
    if (theirs && Object.keys(changed ?? {}).length === 0) {
      setBase(list.revision);
      send(draft.patch, list.revision, confirmWithin);
    } else {
      setConflict({ revision: list.revision, theirs });
    }
  };

  const named = useMemo(() => withServersOf(options, service), [options, service]);
  return (
    <OptionsProvider value={named}>
      <EditorForm
        name={text.services.modifyHeading(layer)} sections={sections} draft={draft} isBusy={control.isBusy} isGuarded={!isDone}
        hasTrial onUpdate={(confirmWithin) => send(draft.patch, base, confirmWithin)} onCancel={() => navigate(servicesPlace(layer))}
      />
      {control.dialog}
      {conflict && (
        <ConflictDialog
          conflict={conflict} fields={fields} draft={draft} onCancel={() => setConflict(null)}
          onTake={() => { draft.reset(conflict.theirs ?? undefined); setBase(conflict.revision); setConflict(null); }}
          onKeep={() => { setConflict(null); setBase(conflict.revision); send(draft.patch, conflict.revision, trial); }}
        />
      )}
    </OptionsProvider>
  );
}

export function ModifyService({ layer }: { layer: Layer }) {
  const { label = '' } = useParams();
  const navigate = useNavigate();
  const mayChange = useMay('administrator');
  const loaded = useLoaded(async () => ({ schema: await loadSchema(), list: await listServices(layer), options: await loadOptions(layer) }), `${layer}/${label}`);
  const list = loaded.value?.list;
  const service = list?.services.find((other) => other.label === label);
  const duplicate = mayChange && service && (
    <Button variant="secondary" onClick={() => navigate(`${servicePlace(layer, label)}/duplicate`)}>{text.action.duplicate}</Button>
  );
  return (
    <Page title={text.services.modifyHeading(layer)} actions={duplicate}>
      <Loaded loaded={loaded}>
        {({ schema, options, list: { revision } }) => service ? (
          <ServiceForm key={`${label} ${revision}`} layer={layer} schema={schema} service={service} options={options} revision={revision} />
        ) : <Empty title={text.services.gone} />}
      </Loaded>
    </Page>
  );
}
