import { ActionGroup, Button, Card, CardBody, CardTitle, ClipboardCopy, Form, FormGroup, TextInput } from '@patternfly/react-core';
import { useState } from 'react';

import { Failure } from '../../parts/Failure';
import { isMissing } from '../../parts/Missing';
import { Loaded } from '../../parts/Page';
import { useToast } from '../../parts/Toasts';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';
import { beginFactor, confirmFactor, findUser, removeFactor, type Factor } from './api';

const names = text.users;

function Confirmation({ factor, onConfirm }: { factor: Factor; onConfirm: (code: string) => void }) {
  const [code, setCode] = useState('');
  return (
    <Form className="ek-form" onSubmit={(event) => { event.preventDefault(); onConfirm(code); }}>
      <p>{names.factorHow}</p>
      <FormGroup label={names.factorSecret} fieldId="factor-secret"><ClipboardCopy isReadOnly isCode textAriaLabel={names.factorSecret} hoverTip={text.action.copy} clickTip={text.action.copied}>{factor.secret}</ClipboardCopy></FormGroup>
      <p><a href={factor.url}>{names.factorOpen}</a></p>
      <FormGroup label={text.signIn.code} fieldId="factor-code"><TextInput id="factor-code" inputMode="numeric" autoComplete="one-time-code" value={code} onChange={(_, value) => setCode(value.trim())} /></FormGroup>
      <ActionGroup><Button type="submit" isDisabled={code.length < 6}>{names.factorConfirm}</Button></ActionGroup>
    </Form>
  );
}

/** The second factor of one's own sign-in. */
export function SecondFactor({ name }: { name: string }) {
  const loaded = useLoaded((signal) => findUser(name, signal), name);
  const [factor, setFactor] = useState<Factor | null>(null);
  const [error, setError] = useState<unknown>(null);
  const toast = useToast();
  const attempt = async (action: () => Promise<void>, done?: string) => {
    setError(null);
    try {
      await action();
      if (done) toast({ title: done });
      loaded.reload();
    } catch (failure) {
      setError(failure);
    }
  };
  if (isMissing(loaded.error)) return null;
  return (
    <Card isCompact>
      <CardTitle component="h2">{names.factor}</CardTitle>
      <CardBody className="ek-stack">
        {error !== null && <Failure error={error} />}
        <Loaded loaded={loaded}>
          {({ totp }) => {
            if (factor) return <Confirmation factor={factor} onConfirm={(code) => void attempt(async () => { await confirmFactor(name, code); setFactor(null); }, names.factorOn)} />;
            if (totp) return <div className="ek-stack"><p>{names.factorIsOn}</p><div><Button variant="secondary" isDanger onClick={() => void attempt(() => removeFactor(name), names.factorOff)}>{names.factorRemove}</Button></div></div>;
            return <div className="ek-stack"><p>{names.factorText}</p><div><Button variant="secondary" onClick={() => void attempt(async () => setFactor(await beginFactor(name)))}>{names.factorBegin}</Button></div></div>;
          }}
        </Loaded>
      </CardBody>
    </Card>
  );
}
