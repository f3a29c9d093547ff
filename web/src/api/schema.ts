// The configuration's JSON Schema, from which the forms are made: a field of the model is a field on the page.

import { get } from './client';
import type { Json, JsonObject } from './types';

export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: string[];
  'x-enum-descriptions'?: string[];
  'x-unit'?: string;
  'x-secret'?: boolean;
  description?: string;
  default?: Json;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: string[];
}

export interface ConfigurationSchema extends Schema {
  $defs: Record<string, Schema>;
}

export interface Field {
  path: string;
  schema: Schema;
  isRequired: boolean;
}

let loading: Promise<ConfigurationSchema> | null = null;

export function loadSchema(): Promise<ConfigurationSchema> {
  loading ??= get<ConfigurationSchema>('schema').catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

/** The fields of a definition, those of nested structures with dotted paths; lists of structures have pages of their own. */
export function fieldsOf(root: ConfigurationSchema, definition: string, prefix = ''): Field[] {
  const structure = root.$defs[definition];
  if (!structure?.properties) return [];
  return Object.entries(structure.properties).flatMap(([name, schema]) => {
    const path = prefix + name;
    const nested = schema.$ref?.split('/').pop();
    if (nested) return fieldsOf(root, nested, `${path}.`);
    if (schema.items?.$ref) return [];
    return [{ path, schema, isRequired: structure.required?.includes(name) ?? false }];
  });
}

export type FieldValue = string | boolean;
export type Values = Record<string, FieldValue>;

export function isNullable(schema: Schema): boolean {
  return Array.isArray(schema.type) && schema.type.includes('null');
}

function baseType(schema: Schema): string {
  return (Array.isArray(schema.type) ? schema.type.find((type) => type !== 'null') : schema.type) ?? 'string';
}

export function isNumeric(schema: Schema): boolean {
  return ['integer', 'number'].includes(baseType(schema));
}

/** As it stands in the form: everything but a check box is text. */
export function toFormValue(value: Json | undefined, schema: Schema): FieldValue {
  if (baseType(schema) === 'boolean') return value === true;
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** As the API takes it. What is not of the field's type goes as it is: the API says best what is wrong with it. */
export function toJson(value: FieldValue, schema: Schema): Json {
  if (typeof value === 'boolean') return value;
  const text = value.trim();
  if (text === '' && isNullable(schema)) return null;
  const type = baseType(schema);
  if (type === 'array') return text === '' ? [] : text.split(',').map((part) => part.trim());
  if (type === 'integer' || type === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  return schema['x-secret'] ? value : text;
}

export function valueAt(object: JsonObject | undefined, path: string): Json | undefined {
  let value: Json | undefined = object;
  for (const name of path.split('.')) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    value = value[name];
  }
  return value;
}

export function setAt(object: JsonObject, path: string, value: Json): void {
  const names = path.split('.');
  const last = names.pop()!;
  let place = object;
  for (const name of names) {
    const next = place[name];
    place = place[name] = next !== null && typeof next === 'object' && !Array.isArray(next) ? next : {};
  }
  place[last] = value;
}

export function valuesOf(fields: Field[], object?: JsonObject): Values {
  return Object.fromEntries(fields.map(({ path, schema }) => [path, toFormValue(object ? valueAt(object, path) : schema.default, schema)]));
}

/** What differs from `before`, as a JSON merge patch. */
export function patchOf(fields: Field[], before: Values, now: Values): JsonObject {
  const patch: JsonObject = {};
  for (const { path, schema } of fields) {
    const value = now[path];
    if (value !== undefined && value !== before[path]) setAt(patch, path, toJson(value, schema));
  }
  return patch;
}

/** `$.virtual_services[1].health_check.check_port` is `health_check.check_port` in the form. */
export function fieldOfProblem(path: string): string {
  return path
    .replace(/^\$\.?/, '')
    .replace(/^(virtual_services|layer7_services)\[\d+\]\.?/, '')
    .replace(/^real_servers\[\d+\]\.?/, '')
    .replace(/\[\d+\]$/, '');
}
