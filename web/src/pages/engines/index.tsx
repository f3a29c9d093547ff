import { Button, Label } from '@patternfly/react-core';
import { CheckCircleIcon, ExclamationCircleIcon, PauseIcon } from '@patternfly/react-icons';
import { useState } from 'react';

import { listEngines, restartEngine, type Engine } from '../../api/engines';
import { useMay } from '../../app/session';
import { Confirm } from '../../parts/Confirm';
import { Loaded, Page } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { Time } from '../../parts/Time';
import { useToast } from '../../parts/Toasts';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';

const names = text.engines;

function State({ engine: { wanted, running } }: { engine: Engine }) {
  if (running) return <Label color="green" icon={<CheckCircleIcon />} isCompact>{names.running}</Label>;
  if (!wanted) return <Label color="grey" icon={<PauseIcon />} isCompact>{names.notNeeded}</Label>;
  return <Label color="red" icon={<ExclamationCircleIcon />} isCompact>{names.stopped}</Label>;
}

function Line({ engine, onRestart }: { engine: Engine; onRestart: () => void }) {
  const mayChange = useMay('administrator');
  const title = names.title[engine.name] ?? engine.name;
  return (
    <Tr>
      <Td dataLabel={names.name}><div className="ek-tight"><strong>{title}</strong><span className="ek-subtle">{names.what[engine.name]}</span></div></Td>
      <Td dataLabel={names.state}><div className="ek-tight"><span><State engine={engine} /></span>{engine.last_error && <span className="ek-subtle">{engine.last_error.message} (<Time at={engine.last_error.at} />)</span>}</div></Td>
      <Td dataLabel={names.since}>{engine.since ? <Time at={engine.since} /> : '–'}</Td>
      <Td dataLabel={names.version}>{engine.version || '–'}</Td>
      <Td dataLabel={names.restarts}>{engine.restarts}</Td>
      <Td dataLabel={text.overview.columns.actions}>
        {mayChange && <Button size="sm" variant="secondary" aria-label={`${names.restart} ${title}`} isDisabled={!engine.wanted} onClick={onRestart}>{names.restart}</Button>}
      </Td>
    </Tr>
  );
}

/** The programs that do the work; each can be made to read its file again. */
export default function RestartPage() {
  const loaded = useLoaded(listEngines, 'engines', 3000);
  const [chosen, setChosen] = useState('');
  const toast = useToast();
  const restart = async (name: string) => {
    setChosen('');
    try {
      toast({ title: names.restarted(names.title[name] ?? name), body: await restartEngine(name) });
    } catch (error) {
      toast({ variant: 'danger', title: error instanceof Error ? error.message : String(error) });
    }
    loaded.reload();
  };
  return (
    <Page title={text.page.restart} lead={names.restartLead}>
      <Loaded loaded={loaded}>
        {(engines) => (
          <Table aria-label={text.page.restart}>
            <Thead>
              <Tr><Th width={30}>{names.name}</Th><Th>{names.state}</Th><Th>{names.since}</Th><Th>{names.version}</Th><Th>{names.restarts}</Th><Th isHidden>{text.overview.columns.actions}</Th></Tr>
            </Thead>
            <Tbody>{engines.map((engine) => <Line key={engine.name} engine={engine} onRestart={() => setChosen(engine.name)} />)}</Tbody>
          </Table>
        )}
      </Loaded>
      {chosen && <Confirm title={names.restartTitle(names.title[chosen] ?? chosen)} action={names.restart} onConfirm={() => void restart(chosen)} onCancel={() => setChosen('')}>{names.restartText}</Confirm>}
    </Page>
  );
}
