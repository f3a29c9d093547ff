import { Form, FormGroup, FormSelect, FormSelectOption, TextInput } from '@patternfly/react-core';
import { useState } from 'react';

import type { Role } from '../../api/types';
import { Confirm } from '../../parts/Confirm';
import { Failure } from '../../parts/Failure';
import { text } from '../../text/en';
import { addUser } from './api';

export function AddUser({ onClose, onDone }: { onClose: () => void; onDone: (name: string) => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('operator');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    try {
      await addUser(name.trim(), role, password);
      onDone(name.trim());
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Confirm title={text.users.add} action={text.users.add} isBusy={isBusy} isDisabled={!name.trim() || !password} onConfirm={() => void run()} onCancel={onClose}>
      <Form onSubmit={(event) => { event.preventDefault(); void run(); }}>
        {error !== null && <Failure error={error} />}
        <FormGroup label={text.users.name} fieldId="name" isRequired><TextInput id="name" autoComplete="off" value={name} onChange={(_, value) => setName(value)} /></FormGroup>
        <FormGroup label={text.users.role} fieldId="role">
          <FormSelect id="role" value={role} onChange={(_, value) => setRole(value as Role)}>
            {(Object.keys(text.users.roles) as Role[]).map((option) => <FormSelectOption key={option} value={option} label={text.users.roles[option]} />)}
          </FormSelect>
        </FormGroup>
        <FormGroup label={text.users.password} fieldId="new" isRequired><TextInput id="new" type="password" autoComplete="new-password" value={password} onChange={(_, value) => setPassword(value)} /></FormGroup>
      </Form>
    </Confirm>
  );
}
