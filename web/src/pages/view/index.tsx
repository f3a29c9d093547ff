import { get } from '../../api/client';
import type { JsonObject } from '../../api/types';
import { useLive } from '../../app/live';
import { Document } from '../../parts/Document';
import { Loaded, Page } from '../../parts/Page';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';

export default function ViewPage() {
  const { status } = useLive();
  const loaded = useLoaded((signal) => get<{ revision: number; configuration: JsonObject }>('configuration', {}, signal), String(status?.revision ?? 0));
  return (
    <Page title={text.page.document} lead={<>{text.view.lead} {loaded.value && text.view.revision(loaded.value.revision)}.</>}>
      <Loaded loaded={loaded}>
        {({ configuration }) => <Document id="configuration" content={JSON.stringify(configuration, null, 2)} file={text.view.file} type="application/json" />}
      </Loaded>
    </Page>
  );
}
