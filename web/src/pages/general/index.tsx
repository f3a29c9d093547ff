import { useMemo, useState } from 'react';

import { get } from '../../api/client';
import { fieldsOf, loadSchema, type ConfigurationSchema, type Field } from '../../api/schema';
import { change } from '../../api/services';
import type { JsonObject } from '../../api/types';
import { sectionsOf } from '../../parts/form/layout';
import { useDraft } from '../../parts/form/useDraft';
import { Loaded, Page } from '../../parts/Page';
import { useAnnounce } from '../../parts/useAnnounce';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { EditorForm } from '../services/EditorForm';

const kOwn = ['auto_nat', 'certificate_warnings'];

/** What holds for the whole load balancer and no other page has. */
function generalFields(schema: ConfigurationSchema): Field[] {
  const own = kOwn.flatMap((path) => {
    const field = schema.properties?.[path];
    return field ? [{ path, schema: field, isRequired: false }] : [];
  });
  return [...own, ...fieldsOf(schema, 'layer7', 'layer7.')];
}

interface FormProps {
  schema: ConfigurationSchema;
  configuration: JsonObject;
  revision: number;
  reload: () => void;
}

function GeneralForm({ schema, configuration, revision, reload }: FormProps) {
  const fields = useMemo(() => generalFields(schema), [schema]);
  const sections = useMemo(() => sectionsOf(fields, [
    { name: 'network', plain: ['auto_nat'] }, { name: 'certificates', plain: ['certificate_warnings'] }, { name: 'proxyProgram', plain: ['layer7.old_worker_limit'] },
  ]), [fields]);
  const draft = useDraft(fields, configuration);
  const [isBusy, setBusy] = useState(false);
  const announce = useAnnounce();
  const update = async (confirmWithin: number | null) => {
    setBusy(true);
    try {
      announce(text.services.updated(text.page.general), await change('PATCH', 'configuration', draft.patch, { revision, confirmWithin }), reload);
      reload();
    } catch (error) {
      draft.refuse(error);
    }
    setBusy(false);
  };
  return <EditorForm name={text.page.general} sections={sections} draft={draft} isBusy={isBusy} isGuarded={!isBusy} hasTrial onUpdate={(confirmWithin) => void update(confirmWithin)} onCancel={() => draft.reset(configuration)} />;
}

export default function GeneralPage() {
  const loaded = useLoaded(async (signal) => ({
    schema: await loadSchema(), document: await get<{ revision: number; configuration: JsonObject }>('configuration', {}, signal),
  }), 'general');
  return (
    <Page title={text.page.general} lead={text.general.lead}>
      <Loaded loaded={loaded}>
        {({ schema, document }) => <GeneralForm key={document.revision} schema={schema} configuration={document.configuration} revision={document.revision} reload={loaded.reload} />}
      </Loaded>
    </Page>
  );
}
