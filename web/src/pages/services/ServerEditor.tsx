import { useMemo, useState } from 'react';
import { flushSync } from 'react-dom';
import { useNavigate, useParams } from 'react-router-dom';

import { loadSchema, type ConfigurationSchema } from '../../api/schema';
import { listServices, serverPath, servicePath } from '../../api/services';
import type { Change, JsonObject, Layer } from '../../api/types';
import { serverFields, serverSections } from '../../parts/form/layout';
import { useDraft } from '../../parts/form/useDraft';
import { Empty, Loaded, Page } from '../../parts/Page';
import { useAnnounce } from '../../parts/useAnnounce';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { EditorForm } from './EditorForm';
import { serversPlace } from './places';
import { useChange } from './useChange';

interface FormProps {
  layer: Layer;
  schema: ConfigurationSchema;
  service: JsonObject;
  server?: JsonObject;
  revision: number;
}

// Only NAT, SNAT and layer 7 may reach another port than the client asked for.
function translates(layer: Layer, service: JsonObject): boolean {
  return layer === 7 || service.forwarding_method === 'nat' || service.forwarding_method === 'snat';
}

function ServerForm({ layer, schema, service, server, revision }: FormProps) {
  const fields = useMemo(
    () => serverFields(schema, layer).filter(({ path }) => path !== 'port' || translates(layer, service)),
    [schema, layer, service],
  );
  const sections = useMemo(() => serverSections(fields), [fields]);
  const draft = useDraft(fields, server);
  const [isDone, setDone] = useState(false);
  const control = useChange();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const name = String(service.label);
  const label = String(draft.values.label ?? '').trim();

  const finish = (title: string) => (done: Change) => {
    flushSync(() => setDone(true));
    announce(title, done);
    navigate(serversPlace(layer));
  };
  const add = () => {
    const required = { label, address: String(draft.values.address ?? '').trim() };
    const request = { method: 'POST' as const, path: `${servicePath(layer, name)}/real-servers`, body: { ...draft.patch, ...required }, revision: null, service: name };
    void control.apply(request, { onRefused: draft.refuse, onDone: finish(text.services.createdServer(label)) });
  };
  const modify = (old: string) => {
    const request = { method: 'PATCH' as const, path: serverPath(layer, name, old), body: draft.patch, revision, service: name, server: old };
    void control.apply(request, { onRefused: draft.refuse, onDone: finish(text.services.updated(label)) });
  };
  const heading = server ? text.services.modifyServerHeading(layer, name) : text.services.addServerHeading(layer, name);
  return (
    <>
      <EditorForm
        name={heading} sections={sections} draft={draft} isBusy={control.isBusy} isGuarded={!isDone} scope="server"
        onUpdate={() => (server ? modify(String(server.label)) : add())} onCancel={() => navigate(serversPlace(layer))}
      />
      {control.dialog}
    </>
  );
}

function Editor({ layer, service: wanted, label }: { layer: Layer; service: string; label?: string }) {
  const loaded = useLoaded(async () => ({ schema: await loadSchema(), list: await listServices(layer) }), `${layer}/${wanted}/${label}`);
  const heading = label ? text.services.modifyServerHeading(layer, wanted) : text.services.addServerHeading(layer, wanted);
  return (
    <Page title={heading}>
      <Loaded loaded={loaded}>
        {({ schema, list }) => {
          const service = list.services.find((other) => other.label === wanted);
          const servers = Array.isArray(service?.real_servers) ? (service.real_servers as JsonObject[]) : [];
          const server = servers.find((other) => other.label === label);
          if (!service || (label && !server)) return <Empty title={text.services.gone} />;
          return <ServerForm layer={layer} schema={schema} service={service} server={server} revision={list.revision} />;
        }}
      </Loaded>
    </Page>
  );
}

export function AddServer({ layer }: { layer: Layer }) {
  const { service = '' } = useParams();
  return <Editor layer={layer} service={service} />;
}

export function ModifyServer({ layer }: { layer: Layer }) {
  const { service = '', label = '' } = useParams();
  return <Editor layer={layer} service={service} label={label} />;
}
