import { Wizard, WizardStep } from '@patternfly/react-core';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';

import { Page } from '../../parts/Page';
import { text } from '../../text/en';
import { isAddress, kNoAnswers, machinesOf, type Answers } from './answers';
import { PlanStep } from './PlanStep';
import { AddressStep, ExtrasStep, HealthStep, MachinesStep, MethodStep } from './questions';
import { ServersStep } from './ServersStep';
import { VerifyStep } from './VerifyStep';

const names = text.wizard;

function hasMachines(lines: string): boolean {
  const { machines, wrong } = machinesOf(lines);
  return machines.length > 0 && wrong.length === 0;
}

export default function WizardPage() {
  const [answers, setAnswers] = useState<Answers>(kNoAnswers);
  const [applied, setApplied] = useState<string[] | null>(null);
  const navigate = useNavigate();
  const set = (part: Partial<Answers>) => setAnswers((before) => ({ ...before, ...part }));
  const shared = { answers, set };

  const hasApplication = hasMachines(answers.application);
  const hasPrint = hasApplication && hasMachines(answers.print);
  const hasAddresses = hasPrint && isAddress(answers.applicationAddress) && isAddress(answers.printAddress) && answers.shareName.trim() !== '';
  const isApplied = applied !== null;
  const next = (isReady: boolean) => ({ nextButtonText: names.next, backButtonText: names.back, isNextDisabled: !isReady, isCancelHidden: true });

  return (
    <Page title={text.page.wizard} lead={names.lead}>
      <Wizard height={640} isVisitRequired={false} navAriaLabel={text.page.wizard} onSave={() => navigate('/overview')} onClose={() => navigate('/overview')}>
        <WizardStep id="method" name={names.steps.method} footer={next(true)} isDisabled={isApplied}><MethodStep {...shared} /></WizardStep>
        <WizardStep id="application" name={names.steps.application} footer={next(hasApplication)} isDisabled={isApplied}>
          <MachinesStep key="application" title={names.application} help={names.applicationHelp} value={answers.application} onChange={(application) => set({ application })} />
        </WizardStep>
        <WizardStep id="print" name={names.steps.print} footer={next(hasPrint)} isDisabled={!hasApplication || isApplied}>
          <MachinesStep key="print" title={names.print} help={names.printHelp} value={answers.print} onChange={(print) => set({ print })} />
        </WizardStep>
        <WizardStep id="addresses" name={names.steps.addresses} footer={next(hasAddresses)} isDisabled={!hasPrint || isApplied}><AddressStep {...shared} /></WizardStep>
        <WizardStep id="health" name={names.steps.health} footer={next(true)} isDisabled={!hasAddresses || isApplied}><HealthStep {...shared} /></WizardStep>
        <WizardStep id="extras" name={names.steps.extras} footer={next(true)} isDisabled={!hasAddresses || isApplied}><ExtrasStep {...shared} /></WizardStep>
        <WizardStep id="plan" name={names.steps.plan} footer={next(isApplied)} isDisabled={!hasAddresses}><PlanStep answers={answers} applied={applied} onApplied={setApplied} /></WizardStep>
        <WizardStep id="servers" name={names.steps.servers} footer={next(true)} isDisabled={!isApplied}><ServersStep answers={answers} /></WizardStep>
        <WizardStep id="verify" name={names.steps.verify} footer={{ ...next(true), nextButtonText: names.finish }} isDisabled={!isApplied}>
          <VerifyStep answers={answers} labels={applied ?? []} />
        </WizardStep>
      </Wizard>
    </Page>
  );
}
