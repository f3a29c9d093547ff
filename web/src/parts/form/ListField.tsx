import { Button, FormHelperText, HelperText, HelperTextItem } from '@patternfly/react-core';
import { AngleDownIcon, AngleRightIcon, ArrowDownIcon, ArrowUpIcon, ExclamationCircleIcon, PlusCircleIcon, TrashIcon } from '@patternfly/react-icons';
import { useState } from 'react';

import { valuesOf, type Field, type FieldValue, type Values } from '../../api/schema';
import type { Problem } from '../../api/types';
import { text } from '../../text/en';
import { FormField, Help } from './FormField';
import { isShownIn } from './layout';
import { labelOf } from './names';
import { summaryOf } from './summary';

const names = text.form.list;

interface Props {
  field: Field;
  /** Where it is in the form, such as `rules[1].conditions`. */
  place: string;
  entries: Values[];
  context: Values;
  problems: ReadonlyMap<string, Problem>;
  isReadOnly: boolean;
  onChange: (path: string, value: FieldValue) => void;
}

interface EntryProps extends Omit<Props, 'entries' | 'onChange'> {
  values: Values;
  index: number;
  count: number;
  isOpen: boolean;
  onToggle: () => void;
  onMove: (by: number) => void;
  onDelete: () => void;
  onEdit: (path: string, value: FieldValue) => void;
}

function Entry({ field, place, values, context, problems, isReadOnly, index, count, isOpen, onToggle, onMove, onDelete, onEdit }: EntryProps) {
  const own = `${place}[${index}]`;
  const title = summaryOf(field.path, values);
  const kind = names.entry[field.path] ?? labelOf(field.path);
  const fields = (field.items ?? []).filter((item) => isShownIn(field.path, item, values, context));
  const called = (action: string) => `${action}: ${kind} ${index + 1}`;
  return (
    <li className="ek-entry">
      <div className="ek-entry-head">
        <Button variant="plain" size="sm" aria-expanded={isOpen} aria-label={called(text.action.modify)} icon={isOpen ? <AngleDownIcon /> : <AngleRightIcon />} onClick={onToggle} />
        <span className="ek-entry-title"><span className="ek-subtle">{index + 1}.</span> {title}</span>
        {!isReadOnly && (
          <span className="ek-actions ek-inline">
            <Button variant="plain" size="sm" isDisabled={index === 0} aria-label={called(names.up)} icon={<ArrowUpIcon />} onClick={() => onMove(-1)} />
            <Button variant="plain" size="sm" isDisabled={index === count - 1} aria-label={called(names.down)} icon={<ArrowDownIcon />} onClick={() => onMove(1)} />
            <Button variant="plain" size="sm" aria-label={called(text.action.delete)} icon={<TrashIcon />} onClick={onDelete} />
          </span>
        )}
      </div>
      {isOpen && (
        <div className="ek-entry-body">
          {fields.map((item) => (
            <FormField
              key={item.path} field={item} place={`${own}.${item.path}`} scope={field.path} value={values[item.path] ?? ''} context={values} problems={problems}
              isReadOnly={isReadOnly} onChange={(_, value) => onEdit(item.path, value)}
            />
          ))}
        </div>
      )}
    </li>
  );
}

/** A list of structures whose order counts: each in one line that opens, moves and goes. */
export function ListField({ field, place, entries, context, problems, isReadOnly, onChange }: Props) {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const label = labelOf(field.path);
  const problem = problems.get(place);
  const change = (next: Values[]) => onChange(place, next);
  const hasProblem = (index: number) => [...problems.keys()].some((name) => name.startsWith(`${place}[${index}]`));

  const toggle = (index: number) => {
    const next = new Set(opened);
    if (!next.delete(index)) next.add(index);
    setOpened(next);
  };
  const add = () => {
    setOpened(new Set([...opened, entries.length]));
    change([...entries, initial(field)]);
  };
  const remove = (gone: number) => {
    setOpened(new Set([...opened].filter((index) => index !== gone).map((index) => (index > gone ? index - 1 : index))));
    change(entries.filter((_, index) => index !== gone));
  };
  const move = (from: number, by: number) => {
    const to = from + by;
    const next = [...entries];
    next.splice(to, 0, ...next.splice(from, 1));
    setOpened(new Set([...opened].map((index) => (index === from ? to : index === to ? from : index))));
    change(next);
  };
  const edit = (at: number, path: string, value: FieldValue) => change(entries.map((entry, index) => (index === at ? { ...entry, [path]: value } : entry)));

  return (
    <div className="ek-list" role="group" aria-label={label}>
      <span className="ek-labels"><span className="pf-v6-c-form__label-text">{label}</span><Help field={field} label={label} /></span>
      {entries.length === 0 && <span className="ek-subtle">{names.none[field.path] ?? names.nothing}</span>}
      <ol className="ek-entries">
        {entries.map((values, index) => (
          <Entry
            key={index} field={field} place={place} values={values} context={context} problems={problems} isReadOnly={isReadOnly} index={index} count={entries.length}
            isOpen={opened.has(index) || hasProblem(index)} onToggle={() => toggle(index)} onMove={(by) => move(index, by)} onDelete={() => remove(index)}
            onEdit={(path, value) => edit(index, path, value)}
          />
        ))}
      </ol>
      {problem && (
        <FormHelperText><HelperText isLiveRegion><HelperTextItem variant="error" icon={<ExclamationCircleIcon />}>{problem.message}</HelperTextItem></HelperText></FormHelperText>
      )}
      {!isReadOnly && <div><Button variant="link" isInline icon={<PlusCircleIcon />} onClick={add}>{names.add[field.path] ?? names.addAny}</Button></div>}
    </div>
  );
}

/** A new entry has the defaults, and of a choice without one the first. */
function initial(field: Field): Values {
  const values = valuesOf(field.items ?? []);
  for (const { path, schema } of field.items ?? []) {
    if (schema.enum && values[path] === '') values[path] = schema.enum[0]!;
  }
  return values;
}
