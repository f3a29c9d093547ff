import { ActionGroup, Alert, Brand, Button, Form, FormGroup, FormHelperText, HelperText, HelperTextItem, Login, LoginFooter, LoginHeader, LoginMainBody, TextInput, Title } from '@patternfly/react-core';
import { useEffect, useState, type FormEvent } from 'react';

import { ApiError } from '../api/client';
import { text } from '../text/en';
import { useSession } from './session';
import { useTheme } from './theme';

interface Refusal {
  message: string;
  needsCode: boolean;
}

function refusal(error: unknown, hadCode: boolean): Refusal {
  if (!(error instanceof ApiError)) return { message: String(error), needsCode: hadCode };
  const needsCode = error.details.code_required === true;
  if (error.status === 429) return { message: text.signIn.wait(error.retryAfter ?? 30), needsCode: hadCode };
  if (error.status === 401 && needsCode && !hadCode) return { message: text.signIn.codeNeeded, needsCode };
  if (error.status === 401) return { message: text.signIn.wrong, needsCode: needsCode || hadCode };
  return { message: error.message, needsCode: hadCode };
}

function Credentials() {
  const { signIn, hasEnded } = useSession();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [refused, setRefused] = useState<Refusal | null>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await signIn(user, password, code);
    } catch (error) {
      setRefused(refusal(error, code !== ''));
      setBusy(false);
    }
  };

  return (
    <Form onSubmit={(event) => void submit(event)}>
      <div role="alert">
        {refused && <Alert component="p" variant={refused.message === text.signIn.codeNeeded ? 'info' : 'danger'} isInline isPlain title={refused.message} />}
        {!refused && hasEnded && <Alert component="p" variant="info" isInline isPlain title={text.signIn.ended} />}
      </div>
      <FormGroup label={text.signIn.user} fieldId="user" isRequired>
        <TextInput id="user" name="username" autoComplete="username" isRequired value={user} onChange={(_, value) => setUser(value)} />
      </FormGroup>
      <FormGroup label={text.signIn.password} fieldId="password" isRequired>
        <TextInput id="password" name="password" type="password" autoComplete="current-password" isRequired value={password} onChange={(_, value) => setPassword(value)} />
      </FormGroup>
      {refused?.needsCode && (
        <FormGroup label={text.signIn.code} fieldId="code">
          <TextInput id="code" name="code" inputMode="numeric" autoComplete="one-time-code" value={code} onChange={(_, value) => setCode(value)} />
          <FormHelperText>
            <HelperText><HelperTextItem>{text.signIn.codeHelp}</HelperTextItem></HelperText>
          </FormHelperText>
        </FormGroup>
      )}
      <ActionGroup>
        <Button type="submit" isBlock isLoading={isBusy} isDisabled={isBusy || !user || !password}>{text.signIn.submit}</Button>
      </ActionGroup>
    </Form>
  );
}

export function SignIn() {
  useTheme();
  useEffect(() => {
    document.title = `${text.signIn.submit} · ${text.product}`;
  }, []);
  return (
    <Login header={<LoginHeader headerBrand={<Brand src={`${import.meta.env.BASE_URL}icon.svg`} alt={text.product} />} />} footer={<LoginFooter>{text.signIn.about}</LoginFooter>}>
      <div className="pf-v6-c-login__main">
        <LoginMainBody>
          <div className="ek-stack">
            <div className="ek-tight">
              <Title headingLevel="h1" size="2xl">{text.signIn.title}</Title>
              <p className="ek-subtle">{text.signIn.subtitle}</p>
            </div>
            <Credentials />
          </div>
        </LoginMainBody>
      </div>
    </Login>
  );
}
