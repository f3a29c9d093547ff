import { Form, FormGroup, Radio, TextInput } from '@patternfly/react-core';
import { useState } from 'react';

import type { Role } from '../../api/types';
import { Confirm } from '../../parts/Confirm';
import { Failure } from '../../parts/Failure';
import { text } from '../../text/en';
import { addUser, type User } from './api';
import { RoleChoice } from './RoleChoice';

const names = text.users;
const kSources: User['source'][] = ['local', 'pam'];

/** Somebody with a password here, or one that PAM judges. */
export function AddUser({ onClose, onDone }: { onClose: () => void; onDone: (name: string) => void }) {
  const [name, setName] = useState('');
  const [source, setSource] = useState<User['source']>('local');
  const [role, setRole] = useState<Role>('operator');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const isLocal = source === 'local';
  const run = async () => {
    setBusy(true);
    try {
      await addUser(name.trim(), role, isLocal ? password : null);
      onDone(name.trim());
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <Confirm title={names.add} action={names.add} isBusy={isBusy} isDisabled={!name.trim() || (isLocal && !password)} onConfirm={() => void run()} onCancel={onClose}>
      <Form onSubmit={(event) => { event.preventDefault(); void run(); }}>
        {error !== null && <Failure error={error} />}
        <FormGroup role="radiogroup" label={names.source} fieldId="source">
          {kSources.map((one) => <Radio key={one} id={`source-${one}`} name="source" label={names.sources[one]} description={names.sourceHelp[one]} isChecked={source === one} onChange={() => setSource(one)} />)}
        </FormGroup>
        <FormGroup label={names.name} fieldId="name" isRequired><TextInput id="name" autoComplete="off" value={name} onChange={(_, value) => setName(value)} /></FormGroup>
        <RoleChoice role={role} onChange={setRole} />
        {isLocal && <FormGroup label={names.password} fieldId="new" isRequired><TextInput id="new" type="password" autoComplete="new-password" value={password} onChange={(_, value) => setPassword(value)} /></FormGroup>}
      </Form>
    </Confirm>
  );
}
