import { loadSchema } from '../../api/schema';
import { Document } from '../../parts/Document';
import { Loaded, Page } from '../../parts/Page';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';

export default function SchemaPage() {
  const loaded = useLoaded(loadSchema, 'schema');
  return (
    <Page title={text.page.schema} lead={text.view.schemaLead}>
      <Loaded loaded={loaded}>{(schema) => <Document id="schema" content={JSON.stringify(schema, null, 2)} file={text.view.schemaFile} type="application/json" />}</Loaded>
    </Page>
  );
}
