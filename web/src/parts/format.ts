// Numbers, times and names as people read them.

import { text } from '../text/en';

const kUnits = ['', 'k', 'M', 'G', 'T'];

export function short(value: number): string {
  let step = 0;
  let rest = value;
  while (Math.abs(rest) >= 1000 && step < kUnits.length - 1) {
    rest /= 1000;
    step += 1;
  }
  const digits = step === 0 ? (Number.isInteger(rest) || rest >= 100 ? 0 : rest < 1 ? 2 : 1) : rest >= 100 ? 0 : 1;
  return `${rest.toFixed(digits)}${kUnits[step] ? ` ${kUnits[step]}` : ''}`;
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en-GB');
}

export function bits(bytesPerSecond: number): string {
  const number = short(bytesPerSecond * 8);
  return number.includes(' ') ? `${number}bit/s` : `${number} bit/s`;
}

export function bytes(value: number): string {
  const number = short(value);
  return number.includes(' ') ? `${number}B` : `${number} B`;
}

export function span(seconds: number): string {
  const value = Math.max(0, Math.floor(seconds));
  if (value < 60) return `${value} s`;
  if (value < 3600) return `${Math.floor(value / 60)} min`;
  if (value < 86_400) return `${Math.floor(value / 3600)} h ${Math.floor((value % 3600) / 60)} min`;
  return `${Math.floor(value / 86_400)} d`;
}

export function countdown(seconds: number): string {
  const value = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(value / 60)}:${String(value % 60).padStart(2, '0')}`;
}

/** In the viewer's zone. */
export function dateTime(at: string): string {
  return new Date(at).toLocaleString('en-GB', { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

export function clock(at: string | number): string {
  return new Date(at).toLocaleTimeString('en-GB');
}

export function sentence(name: string): string {
  const words = name.replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** `virtual_service/X/real_server/Y` is "X / Y"; anything else keeps its kind. */
export function objectName(object: string): string {
  const parts = object.split('/');
  if (parts[0] === 'engine') return text.engines.object[parts.slice(1).join('/')] ?? sentence(parts.slice(1).join(' '));
  if (parts[0] !== 'virtual_service' && parts[0] !== 'layer7_service') return sentence(object.replaceAll('/', ' '));
  return parts.filter((_, index) => index % 2 === 1).join(' / ');
}

export function methodName(method: string): string {
  return text.form.choice[`forwarding_method.${method}`] ?? sentence(method);
}
