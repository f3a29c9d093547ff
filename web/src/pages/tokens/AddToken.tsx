import { Form, FormGroup, FormSelect, FormSelectOption, NumberInput, TextInput } from '@patternfly/react-core';
import { useState } from 'react';

import { request } from '../../api/client';
import type { Role } from '../../api/types';
import { Confirm } from '../../parts/Confirm';
import { Failure } from '../../parts/Failure';
import { text } from '../../text/en';

export function AddToken({ onClose, onDone }: { onClose: () => void; onDone: (token: string) => void }) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('viewer');
  const [days, setDays] = useState(90);
  const [error, setError] = useState<unknown>(null);
  const run = async () => {
    try {
      const { body } = await request<{ token: string }>('POST', 'tokens', { body: { label: name.trim(), role, expires_in: days * 86_400 } });
      onDone(body.token);
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Confirm title={text.tokens.add} action={text.tokens.add} isDisabled={!name.trim()} onConfirm={() => void run()} onCancel={onClose}>
      <Form onSubmit={(event) => { event.preventDefault(); void run(); }}>
        {error !== null && <Failure error={error} />}
        <FormGroup label={text.tokens.name} fieldId="token-name" isRequired><TextInput id="token-name" value={name} onChange={(_, value) => setName(value)} /></FormGroup>
        <FormGroup label={text.tokens.role} fieldId="token-role">
          <FormSelect id="token-role" value={role} onChange={(_, value) => setRole(value as Role)}>
            {(Object.keys(text.users.roles) as Role[]).map((option) => <FormSelectOption key={option} value={option} label={text.users.roles[option]} />)}
          </FormSelect>
        </FormGroup>
        <FormGroup label={text.tokens.days} fieldId="token-days">
          <NumberInput inputAriaLabel={text.tokens.days} id="token-days" min={1} max={3650} value={days} minusBtnAriaLabel="-" plusBtnAriaLabel="+"
            onMinus={() => setDays(Math.max(1, days - 1))} onPlus={() => setDays(days + 1)} onChange={(event) => setDays(Math.max(1, Number((event.target as HTMLInputElement).value) || 1))} />
        </FormGroup>
      </Form>
    </Confirm>
  );
}
