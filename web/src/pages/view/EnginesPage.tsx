import { Tab, Tabs, TabTitleText } from '@patternfly/react-core';
import { useState } from 'react';

import { engineConfiguration, listEngines, type Engine } from '../../api/engines';
import { useLive } from '../../app/live';
import { Document } from '../../parts/Document';
import { Empty, Loaded, Page } from '../../parts/Page';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';

const names = text.engines;

function Rendered({ name }: { name: string }) {
  const { status } = useLive();
  const loaded = useLoaded((signal) => engineConfiguration(name, signal), `${name} ${status?.revision ?? 0}`);
  return (
    <Loaded loaded={loaded}>
      {(content) => content.trim() === '' ? <Empty title={names.nothing} body={names.nothingText} /> : <Document id={`engine-${name}`} content={content} file={`${name}.txt`} />}
    </Loaded>
  );
}

function Files({ engines }: { engines: Engine[] }) {
  const [chosen, setChosen] = useState(engines[0]?.name ?? '');
  return (
    <Tabs activeKey={chosen} aria-label={text.page.engineFiles} onSelect={(_, name) => setChosen(String(name))} mountOnEnter unmountOnExit>
      {engines.map(({ name }) => (
        <Tab key={name} eventKey={name} title={<TabTitleText>{names.title[name] ?? name}</TabTitleText>}>
          <div className="ek-tab"><Rendered name={name} /></div>
        </Tab>
      ))}
    </Tabs>
  );
}

/** What each program was told, as it is in force. */
export default function EnginesPage() {
  const loaded = useLoaded(listEngines, 'engines');
  return (
    <Page title={text.page.engineFiles} lead={names.filesLead}>
      <Loaded loaded={loaded}>{(engines) => <Files engines={engines.filter(({ wanted, running }) => wanted || running)} />}</Loaded>
    </Page>
  );
}
