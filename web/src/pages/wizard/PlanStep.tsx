import { Alert, Button, Title } from '@patternfly/react-core';
import { useState } from 'react';

import { get } from '../../api/client';
import { change } from '../../api/services';
import type { JsonObject } from '../../api/types';
import { useMay } from '../../app/session';
import { Failure } from '../../parts/Failure';
import { Loaded } from '../../parts/Page';
import { PlanView } from '../../parts/PlanView';
import { useAnnounce } from '../../parts/useAnnounce';
import { useLoaded } from '../../parts/useLoaded';
import { Warnings } from '../../parts/Warnings';
import { text } from '../../text/en';
import { adviceFor, withServices, type Answers } from './answers';

const names = text.wizard;

interface Props {
  answers: Answers;
  applied: string[] | null;
  onApplied: (labels: string[]) => void;
}

async function plan(answers: Answers) {
  const { revision, configuration } = await get<{ revision: number; configuration: JsonObject }>('configuration');
  const wanted = withServices(configuration, answers);
  return { revision, wanted, change: await change('PUT', 'configuration', wanted.configuration, { revision, dryRun: true }) };
}

/** Everything that will be created, and what to mind; then it is. */
export function PlanStep({ answers, applied, onApplied }: Props) {
  const loaded = useLoaded(() => plan(answers), JSON.stringify(answers));
  const mayChange = useMay('administrator');
  const announce = useAnnounce();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  if (applied) return <Alert component="p" variant="success" isInline title={names.checks.exists}>{applied.join(', ')}</Alert>;

  const apply = async () => {
    if (!loaded.value) return;
    const { wanted, revision } = loaded.value;
    setBusy(true);
    try {
      const done = await change('PUT', 'configuration', wanted.configuration, { revision, comment: text.page.wizard });
      announce(names.applied(done.revision ?? revision), done);
      onApplied(wanted.labels);
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };

  return (
    <div className="ek-stack">
      <Title headingLevel="h2">{names.steps.plan}</Title>
      {adviceFor(answers).map((advice) => <Alert component="p" key={advice} variant="warning" isInline title={names.advice[advice]} />)}
      {error !== null && <Failure error={error} title={names.problems} />}
      <Loaded loaded={loaded}>
        {({ wanted, change: planned }) => (
          <>
            {wanted.renamed.map((label) => <Alert component="p" key={label} variant="warning" isInline title={names.taken(label)} />)}
            {planned.warnings.length > 0 && <Alert component="p" variant="warning" isInline title={names.warnings}><Warnings warnings={planned.warnings} /></Alert>}
            <p>{names.planLead}</p>
            <PlanView plan={planned.plan} />
            {mayChange && <div><Button isLoading={isBusy} isDisabled={isBusy} onClick={() => void apply()}>{names.apply}</Button></div>}
          </>
        )}
      </Loaded>
    </div>
  );
}
