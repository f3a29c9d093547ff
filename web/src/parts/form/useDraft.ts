import { useCallback, useMemo, useState } from 'react';

import { ApiError } from '../../api/client';
import { fieldOfProblem, patchOf, valuesOf, type Field, type FieldValue, type Values } from '../../api/schema';
import type { JsonObject, Problem } from '../../api/types';

export interface Draft {
  values: Values;
  before: Values;
  isDirty: boolean;
  patch: JsonObject;
  problems: ReadonlyMap<string, Problem>;
  /** What the API said that belongs to no field here. */
  error: unknown;
  set: (path: string, value: FieldValue) => void;
  refuse: (error: unknown) => void;
  reset: (object?: JsonObject) => void;
}

/** Whether a problem's place is the field, or in an entry of it. */
export function isWithin(place: string, path: string): boolean {
  return place === path || place.startsWith(`${path}[`);
}

/** A form's values as they were and as they are, and what the API found wrong with them. */
export function useDraft(fields: Field[], object?: JsonObject): Draft {
  const [before, setBefore] = useState<Values>(() => valuesOf(fields, object));
  const [values, setValues] = useState<Values>(before);
  const [problems, setProblems] = useState<ReadonlyMap<string, Problem>>(new Map());
  const [error, setError] = useState<unknown>(null);

  const set = useCallback((path: string, value: FieldValue) => {
    setValues((now) => ({ ...now, [path]: value }));
    setProblems((now) => new Map([...now].filter(([name]) => !isWithin(name, path))));
  }, []);

  const refuse = useCallback((failure: unknown) => {
    const all = failure instanceof ApiError ? failure.problems : [];
    const own = all.filter(({ path }) => fields.some((field) => isWithin(fieldOfProblem(path), field.path)));
    setProblems(new Map(own.map((problem) => [fieldOfProblem(problem.path), problem])));
    setError(failure === null || (own.length > 0 && own.length === all.length) ? null : failure);
  }, [fields]);

  const reset = useCallback((fresh?: JsonObject) => {
    const next = valuesOf(fields, fresh);
    setBefore(next);
    setValues(next);
    setProblems(new Map());
    setError(null);
  }, [fields]);

  const patch = useMemo(() => patchOf(fields, before, values), [fields, before, values]);
  return { values, before, isDirty: Object.keys(patch).length > 0, patch, problems, error, set, refuse, reset };
}
