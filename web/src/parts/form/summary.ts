// An entry of a list in one line, as it stands between the arrows that move it.

import type { Values } from '../../api/schema';
import { text } from '../../text/en';
import { choiceOf } from './names';

const names = text.form.summary;

function word(values: Values, path: string): string {
  const value = values[path];
  return typeof value === 'string' ? value : '';
}

function conditionIn(values: Values): string {
  const subject = [choiceOf('subject', word(values, 'subject')), word(values, 'name')].filter(Boolean).join(' ');
  const isExact = ['method', 'source'].includes(word(values, 'subject'));
  const comparison = names.comparison[isExact ? 'equals' : word(values, 'comparison')] ?? '';
  const value = word(values, 'comparison') === 'exists' && !isExact ? '' : word(values, 'value');
  return [values.negate === true ? names.not : '', subject, comparison, value].filter(Boolean).join(' ');
}

function ruleIn(values: Values): string {
  const conditions = Array.isArray(values.conditions) ? values.conditions.map(conditionIn) : [];
  const when = conditions.length > 0 ? conditions.join(` ${names.and} `) : names.always;
  const goal = word(values, 'action') === 'use_servers' ? word(values, 'servers') : word(values, 'location');
  return `${word(values, 'label') || names.unnamed}: ${when} → ${choiceOf('action', word(values, 'action'))} ${goal}`.trim();
}

function headerRuleIn(values: Values): string {
  const value = word(values, 'action') === 'delete' ? '' : word(values, 'value');
  return `${choiceOf('of', word(values, 'of'))}: ${choiceOf('action', word(values, 'action')).toLowerCase()} ${word(values, 'name')} ${value}`.trim();
}

function checkIn(values: Values): string {
  const type = word(values, 'type');
  const protocol = type === 'negotiate' || type === 'connects_then_negotiate' ? choiceOf('protocol', word(values, 'protocol')) : '';
  const port = word(values, 'check_port') ? names.port(word(values, 'check_port')) : '';
  return [choiceOf('type', type), protocol, port, word(values, 'request')].filter(Boolean).join(' ');
}

const kByList: Record<string, (values: Values) => string> = { rules: ruleIn, conditions: conditionIn, header_rules: headerRuleIn, more_checks: checkIn };

export function summaryOf(list: string, values: Values): string {
  return kByList[list]?.(values) ?? '';
}
