import { ActionGroup, Button, Form, FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import { useState } from 'react';

import { Failure } from '../../parts/Failure';
import { text } from '../../text/en';

interface Props {
  asksCurrent: boolean;
  onSubmit: (password: string, current: string) => Promise<void>;
}

export function PasswordForm({ asksCurrent, onSubmit }: Props) {
  const [current, setCurrent] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const differs = again !== '' && again !== password;
  const submit = async () => {
    setBusy(true);
    setError(null);
    try {
      await onSubmit(password, current);
      setCurrent('');
      setPassword('');
      setAgain('');
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <Form className="ek-form" onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      {error !== null && <Failure error={error} />}
      {asksCurrent && (
        <FormGroup label={text.users.current} fieldId="current" isRequired>
          <TextInput id="current" type="password" autoComplete="current-password" value={current} onChange={(_, value) => setCurrent(value)} isRequired />
        </FormGroup>
      )}
      <FormGroup label={text.users.newPassword} fieldId="new-password" isRequired>
        <TextInput id="new-password" type="password" autoComplete="new-password" value={password} onChange={(_, value) => setPassword(value)} isRequired />
      </FormGroup>
      <FormGroup label={text.users.again} fieldId="again" isRequired>
        <TextInput id="again" type="password" autoComplete="new-password" validated={differs ? 'error' : 'default'} value={again} onChange={(_, value) => setAgain(value)} isRequired />
        {differs && <FormHelperText><HelperText isLiveRegion><HelperTextItem variant="error">{text.users.differ}</HelperTextItem></HelperText></FormHelperText>}
      </FormGroup>
      <ActionGroup>
        <Button type="submit" isLoading={isBusy} isDisabled={isBusy || !password || password !== again || (asksCurrent && !current)}>{text.action.update}</Button>
      </ActionGroup>
    </Form>
  );
}
