import { Checkbox, FormGroup, FormHelperText, FormSelect, FormSelectOption, HelperText, HelperTextItem, TextArea, TextInput } from '@patternfly/react-core';
import { ExclamationCircleIcon } from '@patternfly/react-icons';
import type { ReactNode } from 'react';

import { listServices } from '../../api/services';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { kDirectories, kKeys, type Answers, type Way } from './answers';

const names = text.certificates;

type Named = Exclude<keyof Answers, 'agrees'>;

export interface Fields {
  answers: Answers;
  problems: ReadonlyMap<string, string>;
  set: (part: Partial<Answers>) => void;
}

interface RowProps {
  name: Named | 'file';
  help?: string;
  problem?: string;
  isRequired?: boolean;
  children: ReactNode;
}

function Below({ help, problem }: { help?: string; problem?: string }) {
  if (!problem && !help) return null;
  return (
    <FormHelperText>
      <HelperText isLiveRegion={problem !== undefined}>
        <HelperTextItem variant={problem ? 'error' : 'default'} icon={problem ? <ExclamationCircleIcon /> : undefined}>{problem ?? help}</HelperTextItem>
      </HelperText>
    </FormHelperText>
  );
}

function Row({ name, help, problem, isRequired = false, children }: RowProps) {
  return <FormGroup label={names.field[name]} fieldId={`certificate-${name}`} isRequired={isRequired}>{children}<Below help={help} problem={problem} /></FormGroup>;
}

interface TextFieldProps extends Fields {
  name: Named;
  help?: string;
  isRequired?: boolean;
  type?: 'text' | 'password' | 'email' | 'url';
}

export function TextField({ name, help, isRequired, type = 'text', answers, problems, set }: TextFieldProps) {
  return (
    <Row name={name} help={help} problem={problems.get(name)} isRequired={isRequired}>
      <TextInput
        id={`certificate-${name}`} type={type} autoComplete={type === 'password' ? 'new-password' : 'off'} spellCheck={false} value={answers[name]}
        validated={problems.has(name) ? 'error' : 'default'} onChange={(_, value) => set({ [name]: value })}
      />
    </Row>
  );
}

interface ChoiceFieldProps extends Fields {
  name: Named;
  options: readonly (readonly [value: string, label: string])[];
  help?: string;
}

function ChoiceField({ name, options, help, answers, problems, set }: ChoiceFieldProps) {
  return (
    <Row name={name} help={help} problem={problems.get(name)}>
      <FormSelect id={`certificate-${name}`} value={answers[name]} onChange={(_, value) => set({ [name]: value })}>
        {options.map(([value, label]) => <FormSelectOption key={value} value={value} label={label} />)}
      </FormSelect>
    </Row>
  );
}

const kKeyOptions = kKeys.map((key) => [key, names.keys[key] ?? key] as const);

/** Files, or the text of one. */
export function BroughtFields({ files, setFiles, ...fields }: Fields & { files: readonly File[]; setFiles: (files: readonly File[]) => void }) {
  const { answers, problems, set } = fields;
  return (
    <>
      <Row name="file" help={names.fileHelp} problem={problems.get('pkcs12')}>
        <input id="certificate-file" type="file" multiple accept=".pem,.crt,.cer,.key,.pfx,.p12" onChange={(event) => setFiles([...(event.target.files ?? [])])} />
      </Row>
      {files.length === 0 && (
        <Row name="pem" problem={problems.get('pem')}>
          <TextArea id="certificate-pem" className="ek-mono" rows={6} spellCheck={false} value={answers.pem} validated={problems.has('pem') ? 'error' : 'default'} onChange={(_, pem) => set({ pem })} />
        </Row>
      )}
      <TextField {...fields} name="password" type="password" help={names.passwordHelp} />
    </>
  );
}

/** What is made here: with its own signature, or as a request. */
export function MadeFields({ way, ...fields }: Fields & { way: Way }) {
  return (
    <>
      <TextField {...fields} name="names" help={names.namesHelp} isRequired />
      {way === 'self' && <TextField {...fields} name="days" />}
      <ChoiceField {...fields} name="key" options={kKeyOptions} />
      <TextField {...fields} name="organisation" />
      <TextField {...fields} name="country" help={names.countryHelp} />
    </>
  );
}

const kServers = [...kDirectories.map((url, index) => [url, names.servers[index] ?? url] as const), ['', names.otherServer] as const];
const kChallenges = (['http-01', 'dns-01'] as const).map((challenge) => [challenge, names.challenges[challenge]] as const);

/** What an ACME server is told, and which virtual service is to use what it issues. */
export function AcmeFields(fields: Fields) {
  const { answers, problems, set } = fields;
  const services = useLoaded(() => listServices(7), 'services').value?.services ?? [];
  const isByDns = answers.challenge === 'dns-01';
  return (
    <>
      <ChoiceField {...fields} name="server" options={kServers} />
      {answers.server === '' && <TextField {...fields} name="directory" type="url" help={names.directoryHelp} isRequired />}
      <TextField {...fields} name="names" help={isByDns ? names.wildcardHelp : names.acmeNamesHelp} isRequired />
      <TextField {...fields} name="email" type="email" help={names.emailHelp} />
      <ChoiceField {...fields} name="challenge" options={kChallenges} help={isByDns ? names.dnsHelp : names.httpHelp} />
      {isByDns && <TextField {...fields} name="hook" help={names.hookHelp} isRequired />}
      <ChoiceField {...fields} name="key" options={kKeyOptions} />
      {services.length > 0 && (
        <ChoiceField {...fields} name="service" help={names.serviceHelp} options={[['', text.form.none], ...services.map(({ label }) => [String(label), String(label)] as const)]} />
      )}
      <FormGroup>
        <Checkbox id="certificate-agree" label={names.agree} isChecked={answers.agrees} isValid={!problems.has('agree')} onChange={(_, agrees) => set({ agrees })} />
        <Below problem={problems.get('agree')} />
      </FormGroup>
    </>
  );
}
