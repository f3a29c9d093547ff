import { Alert } from '@patternfly/react-core';
import { useMemo, useState } from 'react';
import { flushSync } from 'react-dom';
import { useNavigate, useParams } from 'react-router-dom';

import { loadSchema, type ConfigurationSchema } from '../../api/schema';
import { listServices, servicePath } from '../../api/services';
import type { JsonObject, Layer } from '../../api/types';
import { serviceFields, serviceSections } from '../../parts/form/layout';
import { OptionsProvider, type Options } from '../../parts/form/options';
import { useDraft } from '../../parts/form/useDraft';
import { Empty, Loaded, Page } from '../../parts/Page';
import { useAnnounce } from '../../parts/useAnnounce';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { labelForCopy } from './duplicate';
import { EditorForm } from './EditorForm';
import { loadOptions, withServersOf } from './options';
import { servicePlace, servicesPlace } from './places';
import { useChange } from './useChange';

interface CopyProps {
  layer: Layer;
  schema: ConfigurationSchema;
  service: JsonObject;
  options: Options;
  given: string;
}

function Copy({ layer, schema, service, options, given }: CopyProps) {
  const fields = useMemo(() => serviceFields(schema, layer, false), [schema, layer]);
  const sections = useMemo(() => serviceSections(fields, layer), [fields, layer]);
  const [original] = useState<JsonObject>({ ...service, label: given });
  const draft = useDraft(fields, original);
  const [isDone, setDone] = useState(false);
  const control = useChange();
  const announce = useAnnounce();
  const navigate = useNavigate();
  const from = String(service.label);
  const label = String(draft.values.label ?? '').trim();
  const update = (confirmWithin: number | null) => {
    const request = { method: 'POST' as const, path: `${servicePath(layer, from)}/duplicate`, body: { ...draft.patch, label }, revision: null, confirmWithin, service: label };
    void control.apply(request, {
      onRefused: draft.refuse,
      onDone: (done) => {
        flushSync(() => setDone(true));
        announce(text.services.created(label), done);
        navigate(servicesPlace(layer));
      },
    });
  };
  return (
    <OptionsProvider value={withServersOf(options, service)}>
      <EditorForm
        name={text.action.duplicate} sections={sections} draft={draft} isBusy={control.isBusy} isGuarded={!isDone} hasTrial onUpdate={update} onCancel={() => navigate(servicePlace(layer, from))}
        note={<Alert component="p" variant="warning" isInline title={text.services.duplicated(from, given)}>{text.services.duplicateHow}</Alert>}
      />
    </OptionsProvider>
  );
}

/** A copy with its real servers, to be changed before it is made: two services cannot share address and ports. */
export function DuplicateService({ layer }: { layer: Layer }) {
  const { label = '' } = useParams();
  const loaded = useLoaded(async () => ({ schema: await loadSchema(), list: await listServices(layer), options: await loadOptions(layer) }), `${layer}/${label}`);
  return (
    <Page title={text.services.modifyHeading(layer)}>
      <Loaded loaded={loaded}>
        {({ schema, options, list: { services } }) => {
          const service = services.find((other) => other.label === label);
          if (!service) return <Empty title={text.services.gone} />;
          return <Copy layer={layer} schema={schema} service={service} options={options} given={labelForCopy(label, services.map((other) => String(other.label)))} />;
        }}
      </Loaded>
    </Page>
  );
}
