import {
  Button, Checkbox, FormGroup, FormHelperText, FormSelect, FormSelectOption, HelperText, HelperTextItem, InputGroup, InputGroupItem, InputGroupText, Popover,
  TextArea, TextInput,
} from '@patternfly/react-core';
import { ExclamationCircleIcon, OutlinedQuestionCircleIcon } from '@patternfly/react-icons';
import type { ReactElement } from 'react';

import { isNumeric, isSwitchOrList, kAny, listOf, type Field, type FieldValue, type Values } from '../../api/schema';
import type { Problem } from '../../api/types';
import { text } from '../../text/en';
import { ListField } from './ListField';
import { choiceOf, defaultOf, labelOf } from './names';
import { useOptions } from './options';
import { isPageField, PageField } from './PageField';

interface Props {
  field: Field;
  value: FieldValue;
  /** The other values beside it. */
  context: Values;
  problems: ReadonlyMap<string, Problem>;
  isReadOnly: boolean;
  onChange: (path: string, value: FieldValue) => void;
  /** Where it is in the form; within a list another than its path. */
  place?: string;
  /** What its structure is, where that gives it another label. */
  scope?: string;
}

export function Help({ field, label }: { field: Field; label: string }) {
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
  value: string;
  label: string;
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

/** One of the things that there are, or none; what is named and is not there stays to be seen. */
function Named({ id, value, options, hasProblem, isReadOnly, change }: InputProps & { options: readonly string[] }) {
  const all = value && !options.includes(value) ? [value, ...options] : options;
  return (
    <FormSelect id={id} value={value} validated={hasProblem ? 'error' : 'default'} isDisabled={isReadOnly} onChange={(_, chosen) => change(chosen)}>
      <FormSelectOption value="" label={text.form.none} />
      {all.map((option) => <FormSelectOption key={option} value={option} label={option} />)}
    </FormSelect>
  );
}

/** Several of the things that there are, in the order in which they were chosen. */
function Chosen({ id, value, label, options, isReadOnly, change }: InputProps & { options: readonly string[] }) {
  const chosen = listOf(value);
  const all = [...chosen, ...options.filter((option) => !chosen.includes(option))];
  const toggle = (option: string, isOn: boolean) => change((isOn ? [...chosen, option] : chosen.filter((other) => other !== option)).join(', '));
  return (
    <div className="ek-chosen" role="group" aria-label={label} id={id}>
      {all.map((option) => (
        <Checkbox key={option} id={`${id}-${option}`} label={option} isChecked={chosen.includes(option)} isDisabled={isReadOnly} onChange={(_, isOn) => toggle(option, isOn)} />
      ))}
    </div>
  );
}

/** Off, on, or on for what is listed. */
function SwitchOrList({ id, value, label, hasProblem, isReadOnly, change }: InputProps) {
  const names = text.form.switchOrList;
  const kind = value === '' || value === kAny ? value : 'list';
  return (
    <div className="ek-tight">
      <FormSelect id={id} value={kind} validated={hasProblem ? 'error' : 'default'} isDisabled={isReadOnly} onChange={(_, chosen) => change(chosen === 'list' ? ',' : chosen)}>
        <FormSelectOption value="" label={names.off} />
        <FormSelectOption value={kAny} label={names.any} />
        <FormSelectOption value="list" label={names.list} />
      </FormSelect>
      {kind === 'list' && (
        <TextInput aria-label={`${label}: ${names.which}`} placeholder={names.example} value={value === ',' ? '' : value} readOnlyVariant={isReadOnly ? 'default' : undefined} onChange={(_, typed) => change(typed || ',')} />
      )}
    </div>
  );
}

const kLong = ['headers', 'manual_configuration'];

function Text({ id, field, value, hasProblem, isReadOnly, change }: InputProps) {
  const validated = hasProblem ? 'error' : 'default';
  if (kLong.includes(field.path.split('.').pop()!)) {
    return <TextArea id={id} value={value} validated={validated} readOnlyVariant={isReadOnly ? 'default' : undefined} autoResize className="ek-mono" onChange={(_, typed) => change(typed)} />;
  }
  const input = (
    <TextInput
      id={id} value={value} validated={validated} readOnlyVariant={isReadOnly ? 'default' : undefined} isRequired={field.isRequired}
      inputMode={isNumeric(field.schema) ? 'numeric' : undefined} autoComplete="off" spellCheck={false} onChange={(_, typed) => change(typed)}
    />
  );
  const unit = field.schema['x-unit'];
  if (!unit) return input;
  return <InputGroup><InputGroupItem isFill>{input}</InputGroupItem><InputGroupText>{unit}</InputGroupText></InputGroup>;
}

const kLists = ['certificates', 'servers'];

function Input(props: InputProps) {
  const { field } = props;
  const options = useOptions(field.path);
  if (field.schema.enum) return <Choice {...props} />;
  if (isSwitchOrList(field.schema)) return <SwitchOrList {...props} />;
  if (options.length === 0) return <Text {...props} />;
  return kLists.includes(field.path.split('.').pop()!) ? <Chosen {...props} options={options} /> : <Named {...props} options={options} />;
}

function Below({ field, value, problem }: { field: Field; value: string; problem: Problem | undefined }): ReactElement | null {
  if (problem) {
    return (
      <FormHelperText>
        <HelperText isLiveRegion>
          <HelperTextItem variant="error" icon={<ExclamationCircleIcon />}>{problem.message}{problem.hint && `. ${text.error.hint} ${problem.hint}.`}</HelperTextItem>
        </HelperText>
      </FormHelperText>
    );
  }
  const index = field.schema.enum?.indexOf(value) ?? -1;
  const meaning = index >= 0 ? field.schema['x-enum-descriptions']?.[index] : undefined;
  if (!meaning || meaning.toLowerCase() === choiceOf(field.path, value).toLowerCase()) return null;
  return <FormHelperText><HelperText><HelperTextItem>{meaning.charAt(0).toUpperCase() + meaning.slice(1)}</HelperTextItem></HelperText></FormHelperText>;
}

/** One field of the model with the guide's label, its help, its choices, and what the API says about it. */
export function FormField({ field, value, context, problems, isReadOnly, onChange, place = field.path, scope = '' }: Props) {
  const label = labelOf(field.path, scope);
  const id = `field-${place.replaceAll(/[.[\]]+/g, '-')}`;
  const problem = problems.get(place);
  const change = (next: FieldValue) => onChange(field.path, next);
  if (Array.isArray(value)) return <ListField field={field} place={place} entries={value} context={context} problems={problems} isReadOnly={isReadOnly} onChange={(_, next) => change(next)} />;
  if (typeof value === 'boolean') {
    return (
      <FormGroup fieldId={id}>
        <span className="ek-labels">
          <Checkbox id={id} label={label} isChecked={value} isDisabled={isReadOnly} onChange={(_, checked) => change(checked)} />
          <Help field={field} label={label} />
        </span>
        <Below field={field} value={String(value)} problem={problem} />
      </FormGroup>
    );
  }
  if (isPageField(field.path)) {
    return (
      <FormGroup role="group" label={label} labelHelp={<Help field={field} label={label} />} fieldId={id}>
        <PageField id={id} path={field.path} value={value} context={context} />
        <Below field={field} value={value} problem={problem} />
      </FormGroup>
    );
  }
  return (
    <FormGroup label={label} labelHelp={<Help field={field} label={label} />} fieldId={id} isRequired={field.isRequired}>
      <Input id={id} field={field} value={value} label={label} hasProblem={problem !== undefined} isReadOnly={isReadOnly} change={change} />
      <Below field={field} value={value} problem={problem} />
    </FormGroup>
  );
}
