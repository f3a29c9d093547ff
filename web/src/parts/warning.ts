import { fieldOfProblem } from '../api/schema';
import { labelOf } from './form/names';

export interface Warning {
  field: string;
  message: string;
}

/** `$.virtual_services[0].health_check.timeout: it is long` is about Check Timeout. */
export function warningOf(line: string): Warning {
  const [, path = '', message = line] = /^(\$[^\s:]*): (.*)$/s.exec(line) ?? [];
  const field = path && fieldOfProblem(path);
  return { field: field ? labelOf(field) : '', message };
}
