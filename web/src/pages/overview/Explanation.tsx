import { Button, ClipboardCopy, Content, ExpandableSection, Label, List, ListItem, Title } from '@patternfly/react-core';
import { useState } from 'react';

import { healthOf, probeNow } from '../../api/services';
import type { Probe, ProbeResult } from '../../api/types';
import { useMay } from '../../app/session';
import { Failure } from '../../parts/Failure';
import { dateTime } from '../../parts/format';
import { Loaded } from '../../parts/Page';
import { Time } from '../../parts/Time';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import type { Subject } from './ExplainDrawer';

// The API's own form of a time.
const kTime = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

const kOutcome = { success: 'green', failure: 'red', unclear: 'orange', not_checked: 'grey' } as const;

function ProbeRow({ probe }: { probe: Probe }) {
  const { evidence } = probe;
  return (
    <div className="ek-tight">
      <span className="ek-labels">
        <Label color={kOutcome[probe.outcome] ?? 'grey'} isCompact>{text.explain.outcome[probe.outcome] ?? probe.outcome}</Label>
        <span>{probe.check}</span>
        <span className="ek-subtle">{probe.ms.toFixed(1)} ms · <Time at={probe.at} /></span>
      </span>
      {evidence && (
        <ExpandableSection toggleText={evidence.reason || text.explain.answer}>
          <div className="ek-tight">
            {evidence.rule && <span className="ek-subtle">{text.explain.rule(evidence.rule)}</span>}
            {evidence.request && <><strong>{text.explain.request}</strong><pre className="ek-pre">{evidence.request}</pre></>}
            {evidence.answer && <><strong>{text.explain.answer}</strong><pre className="ek-pre">{evidence.answer}</pre></>}
          </div>
        </ExpandableSection>
      )}
    </div>
  );
}

function TestNow({ subject }: { subject: Subject }) {
  const [result, setResult] = useState<ProbeResult | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      setResult(await probeNow(subject.service, subject.server));
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <div className="ek-tight">
      <div><Button variant="secondary" size="sm" isLoading={isBusy} isDisabled={isBusy} onClick={() => void run()}>{isBusy ? text.explain.testing : text.explain.testNow}</Button></div>
      {error !== null && <Failure error={error} />}
      {result && <div role="status"><strong>{text.explain.testResult}</strong><ProbeRow probe={result} /></div>}
    </div>
  );
}

export default function Explanation({ subject }: { subject: Subject }) {
  const loaded = useLoaded(() => healthOf(subject.service, subject.server), `${subject.service}/${subject.server}`, 2000);
  const mayOperate = useMay('operator');
  return (
    <Loaded loaded={loaded}>
      {(report) => (
        <div className="ek-stack">
          <Content component="p">{report.sentence.replace(kTime, dateTime)}</Content>
          {report.look_at && <div><Title headingLevel="h3" size="md">{text.explain.lookAt}</Title><Content component="p">{report.look_at}</Content></div>}
          {mayOperate && <TestNow subject={subject} />}
          {report.repeat_with && (
            <div>
              <Title headingLevel="h3" size="md">{text.explain.repeat}</Title>
              <ClipboardCopy isReadOnly isCode hoverTip={text.action.copy} clickTip={text.action.copied} textAriaLabel={text.explain.repeat}>{report.repeat_with}</ClipboardCopy>
            </div>
          )}
          <div>
            <Title headingLevel="h3" size="md">{text.explain.probes}</Title>
            {report.probes.length === 0 ? <Content component="p">{text.explain.none}</Content> : (
              <List isPlain isBordered>
                {report.probes.slice(0, 20).map((probe, index) => <ListItem key={`${probe.at}${index}`}><ProbeRow probe={probe} /></ListItem>)}
              </List>
            )}
          </div>
        </div>
      )}
    </Loaded>
  );
}
