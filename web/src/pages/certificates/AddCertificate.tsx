import { Form, FormGroup, FormHelperText, FormSelect, FormSelectOption, HelperText, HelperTextItem, Radio, TextArea, TextInput } from '@patternfly/react-core';
import { ExclamationCircleIcon } from '@patternfly/react-icons';
import { useState, type ReactNode } from 'react';

import { addCertificate, makeRequest, makeSelfSigned, replaceCertificate, type Certificate } from '../../api/certificates';
import { ApiError } from '../../api/client';
import { listOf } from '../../api/schema';
import type { JsonObject } from '../../api/types';
import { Confirm } from '../../parts/Confirm';
import { Failure } from '../../parts/Failure';
import { text } from '../../text/en';
import { readUpload, TooLarge } from './upload';

const names = text.certificates;
type Way = 'file' | 'self' | 'request';
const kWays: Way[] = ['file', 'self', 'request'];
const kKeys = ['ec-p256', 'ec-p384', 'rsa-2048', 'rsa-3072', 'rsa-4096'];

interface Answers {
  label: string;
  pem: string;
  password: string;
  names: string;
  days: string;
  key: string;
  organisation: string;
  country: string;
}

const kNothing: Answers = { label: '', pem: '', password: '', names: '', days: '365', key: 'ec-p256', organisation: '', country: '' };

interface RowProps {
  name: keyof Answers | 'file';
  help?: string;
  problem?: string;
  isRequired?: boolean;
  children: ReactNode;
}

function Row({ name, help, problem, isRequired = false, children }: RowProps) {
  return (
    <FormGroup label={names.field[name]} fieldId={`certificate-${name}`} isRequired={isRequired}>
      {children}
      {(problem ?? help) && (
        <FormHelperText>
          <HelperText isLiveRegion={problem !== undefined}>
            <HelperTextItem variant={problem ? 'error' : 'default'} icon={problem ? <ExclamationCircleIcon /> : undefined}>{problem ?? help}</HelperTextItem>
          </HelperText>
        </FormHelperText>
      )}
    </FormGroup>
  );
}

async function bodyOf(way: Way, answers: Answers, files: readonly File[]): Promise<JsonObject> {
  if (way === 'file') {
    const body = files.length > 0 ? await readUpload(files) : { pem: answers.pem };
    return answers.password ? { ...body, password: answers.password } : body;
  }
  const body: JsonObject = { names: listOf(answers.names), key: answers.key };
  if (answers.organisation) body.organisation = answers.organisation;
  if (answers.country) body.country = answers.country;
  if (way === 'self') body.days = /^\d+$/.test(answers.days) ? Number(answers.days) : answers.days;
  return body;
}

function send(way: Way, label: string, replaced: string | undefined, body: JsonObject): Promise<Certificate> {
  if (replaced !== undefined) return replaceCertificate(replaced, body);
  const whole = { label, ...body };
  if (way === 'self') return makeSelfSigned(whole);
  return way === 'request' ? makeRequest(whole) : addCertificate(whole);
}

interface Props {
  /** Another one in place of this. */
  replaces?: string;
  /** The request that its certificate has come for. */
  completes?: string;
  onDone: (certificate: Certificate) => void;
  onClose: () => void;
}

/** Brought as a file, or made here: with its own signature, or as a request for an authority to sign. */
export function AddCertificate({ replaces, completes, onDone, onClose }: Props) {
  const [way, setWay] = useState<Way>('file');
  const [answers, setAnswers] = useState<Answers>({ ...kNothing, label: completes ?? '' });
  const [files, setFiles] = useState<readonly File[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const isNew = replaces === undefined && completes === undefined;
  const problems = new Map(error instanceof ApiError ? error.problems.map(({ path, message, hint }) => [path.replace(/^\$\.?/, '').replace(/\[.*/, ''), hint ? `${message}. ${text.error.hint} ${hint}.` : message]) : []);
  const set = (name: keyof Answers) => (_: unknown, value: string) => setAnswers((now) => ({ ...now, [name]: value }));
  const input = (name: keyof Answers, type: 'text' | 'password' = 'text') => (
    <TextInput
      id={`certificate-${name}`} type={type} autoComplete={type === 'password' ? 'new-password' : 'off'} spellCheck={false} value={answers[name]}
      validated={problems.has(name) ? 'error' : 'default'} onChange={set(name)}
    />
  );
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      onDone(await send(way, answers.label.trim(), replaces, await bodyOf(way, answers, files)));
    } catch (failure) {
      setError(failure instanceof TooLarge ? new Error(names.tooLarge) : failure);
      setBusy(false);
    }
  };
  const title = replaces !== undefined ? names.replaceTitle(replaces) : completes !== undefined ? names.completeTitle(completes) : names.add;
  const shown = ['label', 'pem', 'pkcs12', 'password', 'names', 'days', 'key', 'organisation', 'country'];
  const isAtFields = problems.size > 0 && [...problems.keys()].every((name) => shown.includes(name));
  return (
    <Confirm title={title} action={names.submit} size="medium" isBusy={isBusy} onConfirm={() => void run()} onCancel={onClose}>
      <Form onSubmit={(event) => { event.preventDefault(); void run(); }}>
        {error !== null && !isAtFields && <Failure error={error} />}
        {isNew && (
          <FormGroup role="radiogroup" label={names.way} fieldId="certificate-way">
            {kWays.map((one) => <Radio key={one} id={`way-${one}`} name="way" label={names.ways[one][0]} description={names.ways[one][1]} isChecked={way === one} onChange={() => { setWay(one); setError(null); }} />)}
          </FormGroup>
        )}
        {isNew && <Row name="label" help={names.labelHelp} problem={problems.get('label')} isRequired>{input('label')}</Row>}
        {way === 'file' ? (
          <>
            <Row name="file" help={names.fileHelp} problem={problems.get('pkcs12')}>
              <input id="certificate-file" type="file" multiple accept=".pem,.crt,.cer,.key,.pfx,.p12" onChange={(event) => setFiles([...(event.target.files ?? [])])} />
            </Row>
            {files.length === 0 && (
              <Row name="pem" problem={problems.get('pem')}>
                <TextArea id="certificate-pem" className="ek-mono" rows={6} spellCheck={false} value={answers.pem} validated={problems.has('pem') ? 'error' : 'default'} onChange={set('pem')} />
              </Row>
            )}
            <Row name="password" help={names.passwordHelp} problem={problems.get('password')}>{input('password', 'password')}</Row>
          </>
        ) : (
          <>
            <Row name="names" help={names.namesHelp} problem={problems.get('names')} isRequired>{input('names')}</Row>
            {way === 'self' && <Row name="days" problem={problems.get('days')}>{input('days')}</Row>}
            <Row name="key" problem={problems.get('key')}>
              <FormSelect id="certificate-key" value={answers.key} onChange={set('key')}>
                {kKeys.map((key) => <FormSelectOption key={key} value={key} label={names.keys[key] ?? key} />)}
              </FormSelect>
            </Row>
            <Row name="organisation" problem={problems.get('organisation')}>{input('organisation')}</Row>
            <Row name="country" help={names.countryHelp} problem={problems.get('country')}>{input('country')}</Row>
          </>
        )}
      </Form>
    </Confirm>
  );
}
