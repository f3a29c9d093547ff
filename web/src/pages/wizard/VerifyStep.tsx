import { Checkbox, Label, List, ListItem } from '@patternfly/react-core';
import { CheckCircleIcon, InProgressIcon } from '@patternfly/react-icons';
import { useState } from 'react';

import type { ServiceStatus } from '../../api/types';
import { useWhole } from '../../app/live';
import { text } from '../../text/en';
import type { Answers } from './answers';
import { Rehearsal } from './Rehearsal';
import { verdictsFor, type Verdict } from './verdicts';

const names = text.wizard;

function Line({ verdict }: { verdict: Verdict }) {
  return (
    <div className="ek-tight">
      <span className="ek-labels">
        <Label color={verdict.isGood ? 'green' : 'orange'} icon={verdict.isGood ? <CheckCircleIcon /> : <InProgressIcon />} isCompact>{verdict.isGood ? names.good : names.bad}</Label>
        <strong>{verdict.name}</strong>
      </span>
      <span className="ek-subtle">{verdict.words}</span>
    </div>
  );
}

function ByHand({ id, label, description }: { id: string; label: string; description: string }) {
  const [isDone, setDone] = useState(false);
  return <Checkbox id={id} label={`${label} (${names.byYou})`} description={description} isChecked={isDone} onChange={(_, value) => setDone(value)} />;
}

/** Chapter 14 as a list that fills itself. */
export function VerifyStep({ answers, labels }: { answers: Answers; labels: string[] }) {
  const status = useWhole();
  const all: ServiceStatus[] = status ? [...status.virtual_services, ...status.layer7.services] : [];
  const services = labels.flatMap((label) => all.find((service) => service.label === label) ?? []);
  const application = services.find(({ ports }) => ports.startsWith('9191'));
  return (
    <div className="ek-stack">
      <p>{names.verifyLead}</p>
      <List isPlain isBordered>
        {verdictsFor(labels, services).map((verdict) => <ListItem key={verdict.name}><Line verdict={verdict} /></ListItem>)}
        <ListItem><ByHand id="dns-done" label={names.checks.dns} description={names.dnsTry(answers.shareName, answers.printAddress)} /></ListItem>
        <ListItem><ByHand id="print-done" label={names.checks.print} description={names.printTry(answers.shareName)} /></ListItem>
        {application && <ListItem><Rehearsal service={application} /></ListItem>}
      </List>
    </div>
  );
}
