import { Button, Checkbox, FormSelect, FormSelectOption, Label, SearchInput, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import { memo, useMemo, useState } from 'react';

import { listLogs, type LogLevel, type LogLine, type LogName } from '../../api/logs';
import { download } from '../../parts/download';
import { Failure } from '../../parts/Failure';
import { Empty, Loaded, Page, Waiting } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { Time } from '../../parts/Time';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { atLeast, plain } from './lines';
import { useLog } from './useLog';

const names = text.logs;
const kLevels: LogLevel[] = ['debug', 'info', 'warning', 'error'];
const kColours = { debug: 'grey', info: 'blue', warning: 'orange', error: 'red' } as const;
const kMostShown = 500;

const Line = memo(function Line({ line: { time, level, text: words } }: { line: LogLine }) {
  return (
    <Tr>
      <Td dataLabel={names.at}>{time ? <Time at={time} /> : '–'}</Td>
      <Td dataLabel={names.level}>{level ? <Label color={kColours[level]} isCompact>{names.levels[level]}</Label> : '–'}</Td>
      <Td dataLabel={names.message} modifier="breakWord" className="ek-mono">{words}</Td>
    </Tr>
  );
});

function Lines({ lines }: { lines: LogLine[] }) {
  const shown = useMemo(() => lines.slice(-kMostShown).reverse(), [lines]);
  return (
    <div className="ek-tight">
      <Table aria-label={text.page.programs} className="ek-log">
        <Thead><Tr><Th>{names.at}</Th><Th>{names.level}</Th><Th>{names.message}</Th></Tr></Thead>
        <Tbody>{shown.map((line, index) => <Line key={shown.length - index} line={line} />)}</Tbody>
      </Table>
      {lines.length > kMostShown && <p className="ek-subtle">{names.newest(kMostShown, lines.length)}</p>}
    </div>
  );
}

function Log({ log }: { log: LogName }) {
  const [words, setWords] = useState('');
  const [level, setLevel] = useState<LogLevel>('debug');
  const [isFollowed, setFollowed] = useState(true);
  const { lines, hasMore, isLoaded, error } = useLog(log.name, words.trim(), isFollowed);
  const shown = useMemo(() => atLeast(lines, level), [lines, level]);
  return (
    <>
      <Toolbar inset={{ default: 'insetNone' }}>
        <ToolbarContent alignItems="center">
          <ToolbarItem><SearchInput aria-label={names.contains} placeholder={names.contains} value={words} onChange={(_, value) => setWords(value)} onClear={() => setWords('')} /></ToolbarItem>
          <ToolbarItem>
            <FormSelect aria-label={names.level} value={level} onChange={(_, value) => setLevel(value as LogLevel)}>
              {kLevels.map((one) => <FormSelectOption key={one} value={one} label={names.fromLevel[one]} />)}
            </FormSelect>
          </ToolbarItem>
          <ToolbarItem><Checkbox id="follow" label={names.follow} isChecked={isFollowed} onChange={(_, value) => setFollowed(value)} /></ToolbarItem>
          <ToolbarItem align={{ default: 'alignEnd' }}>
            <Button variant="secondary" isDisabled={shown.length === 0} onClick={() => download(`evenkeel-${log.name}.log`, plain(shown))}>{text.action.download}</Button>
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      {error !== null && <Failure error={error} title={text.shell.failed} />}
      {!isLoaded && error === null && <Waiting />}
      {isLoaded && shown.length === 0 && <Empty title={names.logEmpty} body={names.logEmptyText} />}
      {shown.length > 0 && <Lines lines={shown} />}
      {hasMore && <p className="ek-subtle">{names.hasMore}</p>}
    </>
  );
}

/** What evenkeeld and the programs that work for it say of themselves. */
export default function Programs() {
  const loaded = useLoaded(listLogs, 'logs');
  const [name, setName] = useState('');
  return (
    <Page title={text.page.programs} lead={names.programsLead}>
      <Loaded loaded={loaded}>
        {(logs) => {
          const chosen = logs.find((log) => log.name === name) ?? logs[0];
          return chosen ? (
            <div className="ek-stack">
              <FormSelect aria-label={names.whose} className="ek-medium" value={chosen.name} onChange={(_, value) => setName(value)}>
                {logs.map((log) => <FormSelectOption key={log.name} value={log.name} label={log.title} />)}
              </FormSelect>
              <div><Log key={chosen.name} log={chosen} /></div>
            </div>
          ) : <Empty title={names.logEmpty} />;
        }}
      </Loaded>
    </Page>
  );
}
