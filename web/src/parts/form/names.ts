import type { Schema } from '../../api/schema';
import { text } from '../../text/en';
import { sentence } from '../format';

/** `scope`: what the field's structure is, such as `server` or `rules`. */
export function labelOf(path: string, scope = ''): string {
  const { label, scopedLabel } = text.form;
  const given = scope ? scopedLabel[`${scope}.${path}`] ?? (scope === 'more_checks' ? label[`health_check.${path}`] : undefined) : label[path];
  return given ?? sentence(path.split('.').pop()!);
}

export function choiceOf(path: string, value: string): string {
  const field = path.split('.').pop()!;
  const given = text.form.choice[`${field}.${value}`];
  if (given) return given;
  return (text.form.upper as readonly string[]).includes(value) ? value.toUpperCase() : sentence(value);
}

export function defaultOf(schema: Schema, path: string): string {
  const value = schema.default;
  if (value === undefined || value === null || value === '' || Array.isArray(value)) return '';
  if (typeof value === 'boolean') return text.form.standard(value ? text.users.on : text.users.off);
  const shown = schema.enum ? choiceOf(path, String(value)) : String(value);
  return text.form.standard(schema['x-unit'] ? `${shown} ${schema['x-unit']}` : shown);
}
