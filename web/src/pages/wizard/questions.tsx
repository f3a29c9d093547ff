import { Checkbox, Form, FormGroup, FormHelperText, HelperText, HelperTextItem, Radio, TextArea, TextInput, Title } from '@patternfly/react-core';
import type { ReactNode } from 'react';

import { text } from '../../text/en';
import { isAddress, machinesOf, type Answers, type Method } from './answers';

const names = text.wizard;

interface Props {
  answers: Answers;
  set: (part: Partial<Answers>) => void;
}

function Question({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Form onSubmit={(event) => event.preventDefault()} className="ek-form">
      <Title headingLevel="h2">{title}</Title>
      {children}
    </Form>
  );
}

function Below({ problem, help }: { problem?: string; help: string }) {
  return (
    <FormHelperText>
      <HelperText isLiveRegion><HelperTextItem variant={problem ? 'error' : 'default'}>{problem ?? help}</HelperTextItem></HelperText>
    </FormHelperText>
  );
}

export function MethodStep({ answers, set }: Props) {
  return (
    <Question title={names.method}>
      <div role="radiogroup" aria-label={names.method} className="ek-stack">
        {(Object.keys(names.methods) as Method[]).map((method) => (
          <Radio
            key={method} id={`method-${method}`} name="method" label={names.methods[method]![0]} description={names.methods[method]![1]}
            isChecked={answers.method === method} onChange={() => set({ method })}
          />
        ))}
      </div>
    </Question>
  );
}

interface MachinesProps {
  title: string;
  help: string;
  value: string;
  onChange: (value: string) => void;
}

export function MachinesStep({ title, help, value, onChange }: MachinesProps) {
  const { wrong } = machinesOf(value);
  return (
    <Question title={title}>
      <FormGroup label={text.services.seeServers} fieldId="machines" isRequired>
        <TextArea id="machines" rows={5} value={value} spellCheck={false} validated={wrong.length > 0 ? 'warning' : 'default'} onChange={(_, typed) => onChange(typed)} />
        <Below help={help} problem={wrong[0] === undefined ? undefined : names.line(wrong[0])} />
      </FormGroup>
    </Question>
  );
}

interface AddressProps {
  id: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
}

function AddressField({ id, label, value, onChange }: AddressProps) {
  const isWrong = value !== '' && !isAddress(value);
  return (
    <FormGroup label={label} fieldId={id} isRequired>
      <TextInput id={id} value={value} spellCheck={false} autoComplete="off" validated={isWrong ? 'error' : 'default'} onChange={(_, typed) => onChange(typed.trim())} />
      <Below help={names.addressHelp} problem={isWrong ? names.badAddress : undefined} />
    </FormGroup>
  );
}

export function AddressStep({ answers, set }: Props) {
  return (
    <Question title={names.addresses}>
      <AddressField id="application-address" label={names.applicationAddress} value={answers.applicationAddress} onChange={(applicationAddress) => set({ applicationAddress })} />
      <AddressField id="print-address" label={names.printAddress} value={answers.printAddress} onChange={(printAddress) => set({ printAddress })} />
      <FormGroup label={names.shareName} fieldId="share-name" isRequired>
        <TextInput id="share-name" maxLength={63} value={answers.shareName} onChange={(_, typed) => set({ shareName: typed.replaceAll(/[^A-Za-z0-9-]/g, '') })} />
        <Below help={names.shareHelp} />
      </FormGroup>
    </Question>
  );
}

export function HealthStep({ answers, set }: Props) {
  return (
    <Question title={names.health}>
      <FormGroup label={names.key} fieldId="key">
        <TextInput id="key" value={answers.key} autoComplete="off" spellCheck={false} onChange={(_, typed) => set({ key: typed.trim() })} />
        <Below help={names.keyHelp} />
      </FormGroup>
    </Question>
  );
}

export function ExtrasStep({ answers, set }: Props) {
  return (
    <Question title={names.extras}>
      <div className="ek-stack">
        <Checkbox id="deploy" label={names.deploy} isChecked={answers.hasDeploy} onChange={(_, hasDeploy) => set({ hasDeploy })} />
        <Checkbox id="rpc" label={names.rpc} description={names.rpcHelp} isDisabled={answers.method === 'layer7'} isChecked={answers.hasRpc && answers.method !== 'layer7'} onChange={(_, hasRpc) => set({ hasRpc })} />
      </div>
    </Question>
  );
}
