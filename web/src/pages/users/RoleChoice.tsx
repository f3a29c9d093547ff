import { FormGroup, FormHelperText, FormSelect, FormSelectOption, HelperText, HelperTextItem } from '@patternfly/react-core';

import type { Role } from '../../api/types';
import { text } from '../../text/en';

const names = text.users;

/** One of the roles, and what it may do. */
export function RoleChoice({ role, onChange }: { role: Role; onChange: (role: Role) => void }) {
  return (
    <FormGroup label={names.role} fieldId="role">
      <FormSelect id="role" value={role} onChange={(_, value) => onChange(value as Role)}>
        {(Object.keys(names.roles) as Role[]).map((option) => <FormSelectOption key={option} value={option} label={names.roles[option]} />)}
      </FormSelect>
      <FormHelperText><HelperText><HelperTextItem>{names.may[role]}</HelperTextItem></HelperText></FormHelperText>
    </FormGroup>
  );
}
