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
  items?: Field[]; // of a list of structures: the fields of each
}

let loading: Promise<ConfigurationSchema> | null = null;

export function loadSchema(): Promise<ConfigurationSchema> {
  loading ??= get<ConfigurationSchema>('schema').catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

const kPagesOfTheirOwn = ['real_servers', 'virtual_services', 'layer7_services'];

/** The fields of a definition: those of nested structures with dotted paths, a list of structures as one field with items. */
export function fieldsOf(root: ConfigurationSchema, definition: string, prefix = ''): Field[] {
  const structure = root.$defs[definition];
  if (!structure?.properties) return [];
  return Object.entries(structure.properties).flatMap(([name, schema]) => {
    const path = prefix + name;
    const nested = schema.$ref?.split('/').pop();
    if (nested) return fieldsOf(root, nested, `${path}.`);
    const isRequired = structure.required?.includes(name) ?? false;
    const entry = schema.items?.$ref?.split('/').pop();
    if (!entry) return [{ path, schema, isRequired }];
    return kPagesOfTheirOwn.includes(name) ? [] : [{ path, schema, isRequired, items: fieldsOf(root, entry) }];
  });
}

export type FieldValue = string | boolean | Values[];
export interface Values {
  [path: string]: FieldValue;
}

export function isNullable(schema: Schema): boolean {
  return Array.isArray(schema.type) && schema.type.includes('null');
}

function baseType(schema: Schema): string {
  return (Array.isArray(schema.type) ? schema.type.find((type) => type !== 'null') : schema.type) ?? 'string';
}

export function isNumeric(schema: Schema): boolean {
  return ['integer', 'number'].includes(baseType(schema));
}

/** Off, on, or on for these alone, as auto_nat is: in the form '', kAny, or the list. */
export function isSwitchOrList(schema: Schema): boolean {
  return Array.isArray(schema.type) && schema.type.includes('boolean') && schema.type.includes('array');
}

export const kAny = '*';

/** As it stands in the form: everything but a check box and a list of structures is text. */
export function toFormValue(value: Json | undefined, { schema, items }: Pick<Field, 'schema' | 'items'>): FieldValue {
  if (items) return (Array.isArray(value) ? value : []).map((entry) => valuesOf(items, entry as JsonObject));
  if (isSwitchOrList(schema) && typeof value === 'boolean') return value ? kAny : '';
  if (baseType(schema) === 'boolean' && !isSwitchOrList(schema)) return value === true;
  if (value === null || value === undefined) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}

/** As the API takes it. What is not of the field's type goes as it is: the API says best what is wrong with it. */
export function toJson(value: FieldValue, { schema, items = [] }: Pick<Field, 'schema' | 'items'>): Json {
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map((entry) => objectOf(items, entry));
  const text = value.trim();
  if (text === '' && isNullable(schema)) return null;
  if (isSwitchOrList(schema)) return text === '' || text === kAny ? text === kAny : listOf(text);
  const type = baseType(schema);
  if (type === 'array') return listOf(text);
  if (type === 'integer' || type === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  return schema['x-secret'] ? value : text;
}

export function listOf(text: string): string[] {
  return text.split(',').map((part) => part.trim()).filter((part) => part !== '');
}

/** A whole structure of a list. */
function objectOf(fields: Field[], values: Values): JsonObject {
  const object: JsonObject = {};
  for (const field of fields) setAt(object, field.path, toJson(values[field.path] ?? '', field));
  return object;
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
  return Object.fromEntries(fields.map((field) => [field.path, toFormValue(object ? valueAt(object, field.path) : field.schema.default, field)]));
}

function isSame(one: FieldValue, other: FieldValue | undefined): boolean {
  return one === other || (Array.isArray(one) && JSON.stringify(one) === JSON.stringify(other));
}

/** What differs from `before`, as a JSON merge patch. */
export function patchOf(fields: Field[], before: Values, now: Values): JsonObject {
  const patch: JsonObject = {};
  for (const field of fields) {
    const value = now[field.path];
    if (value !== undefined && !isSame(value, before[field.path])) setAt(patch, field.path, toJson(value, field));
  }
  return patch;
}

/**
 * `$.virtual_services[1].health_check.check_port` is `health_check.check_port` in the form, `$.virtual_services[1].source_addresses[2]` is
 * `source_addresses`; within a list of structures the index stays: `rules[0].location`.
 */
export function fieldOfProblem(path: string): string {
  return path
    .replace(/^\$\.?/, '')
    .replace(/^(virtual_services|layer7_services)\[\d+\]\.?/, '')
    .replace(/^real_servers\[\d+\]\.?/, '')
    .replace(/\[\d+\]$/, '');
}
