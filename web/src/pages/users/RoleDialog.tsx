import { Form } from '@patternfly/react-core';
import { useState } from 'react';

import { Confirm } from '../../parts/Confirm';
import { Failure } from '../../parts/Failure';
import { text } from '../../text/en';
import { changeRole, type User } from './api';
import { RoleChoice } from './RoleChoice';

/** Another role, from the user's next request on. */
export function RoleDialog({ user, onClose, onDone }: { user: User; onClose: () => void; onDone: () => void }) {
  const [role, setRole] = useState(user.role);
  const [error, setError] = useState<unknown>(null);
  const run = async () => {
    try {
      await changeRole(user.name, role);
      onDone();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <Confirm title={text.users.roleTitle(user.name)} action={text.action.update} isDisabled={role === user.role} onConfirm={() => void run()} onCancel={onClose}>
      <Form onSubmit={(event) => { event.preventDefault(); void run(); }}>
        {error !== null && <Failure error={error} />}
        <RoleChoice role={role} onChange={setRole} />
      </Form>
    </Confirm>
  );
}
