import {
  Button, Checkbox, FormGroup, FormHelperText, FormSelect, FormSelectOption, HelperText, HelperTextItem, InputGroup, InputGroupItem, InputGroupText, Popover,
  TextArea, TextInput,
} from '@patternfly/react-core';
import { ExclamationCircleIcon, OutlinedQuestionCircleIcon } from '@patternfly/react-icons';
import { memo, type ReactElement } from 'react';

import { isNumeric, type Field, type FieldValue } from '../../api/schema';
import type { Problem } from '../../api/types';
import { text } from '../../text/en';
import { choiceOf, defaultOf, labelOf } from './names';

interface Props {
  field: Field;
  value: FieldValue;
  problem: Problem | undefined;
  isServer: boolean;
  isReadOnly: boolean;
  onChange: (path: string, value: FieldValue) => void;
}

function Help({ field, label }: { field: Field; label: string }) {
  const standard = defaultOf(field.schema, field.path);
  return (
    <Popover headerContent={label} bodyContent={<>{field.schema.description} {standard && <div className="ek-subtle">{standard}</div>}</>}>
      <Button variant="plain" hasNoPadding aria-label={text.form.help(label)} icon={<OutlinedQuestionCircleIcon />} />
    </Popover>
  );
}

interface InputProps {
  id: string;
  field: Field;
  value: FieldValue;
  hasProblem: boolean;
  isReadOnly: boolean;
  change: (value: FieldValue) => void;
}

function Choice({ id, field, value, hasProblem, isReadOnly, change }: InputProps) {
  return (
    <FormSelect id={id} value={value} validated={hasProblem ? 'error' : 'default'} isDisabled={isReadOnly} onChange={(_, chosen) => change(chosen)}>
      {field.schema.enum!.map((option) => <FormSelectOption key={option} value={option} label={choiceOf(field.path, option)} />)}
    </FormSelect>
  );
}

function Text({ id, field, value, hasProblem, isReadOnly, change }: InputProps) {
  const validated = hasProblem ? 'error' : 'default';
  const content = String(value);
  if (field.path.endsWith('headers')) {
    return <TextArea id={id} value={content} validated={validated} readOnlyVariant={isReadOnly ? 'default' : undefined} autoResize onChange={(_, typed) => change(typed)} />;
  }
  const input = (
    <TextInput
      id={id} value={content} validated={validated} readOnlyVariant={isReadOnly ? 'default' : undefined} isRequired={field.isRequired}
      inputMode={isNumeric(field.schema) ? 'numeric' : undefined} autoComplete="off" spellCheck={false} onChange={(_, typed) => change(typed)}
    />
  );
  const unit = field.schema['x-unit'];
  if (!unit) return input;
  return <InputGroup><InputGroupItem isFill>{input}</InputGroupItem><InputGroupText>{unit}</InputGroupText></InputGroup>;
}

function Below({ field, value, problem }: { field: Field; value: FieldValue; problem: Problem | undefined }): ReactElement | null {
  if (problem) {
    return (
      <FormHelperText>
        <HelperText isLiveRegion>
          <HelperTextItem variant="error" icon={<ExclamationCircleIcon />}>{problem.message}{problem.hint && `. ${text.error.hint} ${problem.hint}.`}</HelperTextItem>
        </HelperText>
      </FormHelperText>
    );
  }
  const index = field.schema.enum?.indexOf(String(value)) ?? -1;
  const meaning = index >= 0 ? field.schema['x-enum-descriptions']?.[index] : undefined;
  if (!meaning) return null;
  return <FormHelperText><HelperText><HelperTextItem>{meaning}</HelperTextItem></HelperText></FormHelperText>;
}

/** One field of the model with the guide's label, its help, its choices, and what the API says about it. */
export const FormField = memo(function FormField({ field, value, problem, isServer, isReadOnly, onChange }: Props) {
  const label = labelOf(field.path, isServer);
  const id = `field-${field.path.replaceAll('.', '-')}`;
  const change = (next: FieldValue) => onChange(field.path, next);
  const shared = { id, field, value, hasProblem: problem !== undefined, isReadOnly, change };
  if (typeof value === 'boolean') {
    return (
      <FormGroup fieldId={id}>
        <span className="ek-labels">
          <Checkbox id={id} label={label} isChecked={value} isDisabled={isReadOnly} onChange={(_, checked) => change(checked)} />
          <Help field={field} label={label} />
        </span>
        <Below field={field} value={value} problem={problem} />
      </FormGroup>
    );
  }
  return (
    <FormGroup label={label} labelHelp={<Help field={field} label={label} />} fieldId={id} isRequired={field.isRequired}>
      {field.schema.enum ? <Choice {...shared} /> : <Text {...shared} />}
      <Below field={field} value={value} problem={problem} />
    </FormGroup>
  );
});
