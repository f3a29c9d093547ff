import { Form, FormGroup, Radio } from '@patternfly/react-core';
import { useState } from 'react';

import type { Certificate } from '../../api/certificates';
import { ApiError } from '../../api/client';
import { Confirm } from '../../parts/Confirm';
import { Failure } from '../../parts/Failure';
import { text } from '../../text/en';
import { kFields, kNothing, kWays, send, type Answers, type Way } from './answers';
import { AcmeFields, BroughtFields, MadeFields, TextField } from './fields';
import { putInto } from './putInto';
import { TooLarge } from './upload';

const names = text.certificates;

/** What the API says about each field. */
function problemsOf(error: unknown): ReadonlyMap<string, string> {
  const problems = error instanceof ApiError ? error.problems : [];
  return new Map(problems.map(({ path, message, hint }) => [path.replace(/^\$\.?/, '').replace(/\[.*/, ''), hint ? `${message}. ${text.error.hint} ${hint}.` : message]));
}

interface Props {
  /** Another one in place of this. */
  replaces?: string;
  /** The request that its certificate has come for. */
  completes?: string;
  onDone: (certificate: Certificate) => void;
  onClose: () => void;
}

function titleOf({ replaces, completes }: Props): string {
  if (replaces !== undefined) return names.replaceTitle(replaces);
  return completes === undefined ? names.add : names.completeTitle(completes);
}

/** Brought as a file, issued by an ACME server, or made here: with its own signature, or as a request for an authority to sign. */
export function AddCertificate(props: Props) {
  const { replaces, completes, onDone, onClose } = props;
  const [way, setWay] = useState<Way>('file');
  const [answers, setAnswers] = useState<Answers>({ ...kNothing, label: completes ?? '' });
  const [files, setFiles] = useState<readonly File[]>([]);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const isNew = replaces === undefined && completes === undefined;
  const problems = problemsOf(error);
  const fields = { answers, problems, set: (part: Partial<Answers>) => setAnswers((now) => ({ ...now, ...part })) };
  const run = async () => {
    setBusy(true);
    setError(null);
    try {
      const made = await send(way, answers, files, replaces);
      if (way === 'acme' && answers.service) await putInto(answers.service, made.label);
      onDone(made);
    } catch (failure) {
      setError(failure instanceof TooLarge ? new Error(names.tooLarge) : failure);
      setBusy(false);
    }
  };
  const isAtFields = problems.size > 0 && [...problems.keys()].every((name) => kFields.includes(name));
  return (
    <Confirm title={titleOf(props)} action={way === 'acme' ? names.order.submit : names.submit} size="medium" isBusy={isBusy} onConfirm={() => void run()} onCancel={onClose}>
      <Form onSubmit={(event) => { event.preventDefault(); void run(); }}>
        {error !== null && !isAtFields && <Failure error={error} />}
        {isNew && (
          <FormGroup role="radiogroup" label={names.way} fieldId="certificate-way">
            {kWays.map((one) => <Radio key={one} id={`way-${one}`} name="way" label={names.ways[one][0]} description={names.ways[one][1]} isChecked={way === one} onChange={() => { setWay(one); setError(null); }} />)}
          </FormGroup>
        )}
        {isNew && <TextField {...fields} name="label" help={names.labelHelp} isRequired />}
        {way === 'file' && <BroughtFields {...fields} files={files} setFiles={setFiles} />}
        {way === 'acme' && <AcmeFields {...fields} />}
        {(way === 'self' || way === 'request') && <MadeFields {...fields} way={way} />}
      </Form>
    </Confirm>
  );
}
