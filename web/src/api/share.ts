/** `now`, with every part that has not changed taken from `before`: what is drawn from it needs no drawing again. */
export function share<T>(before: unknown, now: T): T {
  if (Object.is(before, now)) return now;
  if (Array.isArray(now)) return Array.isArray(before) ? shareList(before, now) : now;
  return isObject(before) && isObject(now) ? shareObject(before, now) : now;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shareList<T>(before: unknown[], now: T & unknown[]): T {
  const shared = now.map((item, index) => share(before[index], item));
  return (isSame(before, shared) ? before : shared) as T;
}

function isSame(before: unknown[], now: unknown[]): boolean {
  return before.length === now.length && now.every((item, index) => item === before[index]);
}

function shareObject<T extends Record<string, unknown>>(before: Record<string, unknown>, now: T): T {
  const names = Object.keys(now);
  let hasChanged = Object.keys(before).length !== names.length;
  const shared: Record<string, unknown> = {};
  for (const name of names) {
    shared[name] = share(before[name], now[name]);
    hasChanged ||= shared[name] !== before[name];
  }
  return (hasChanged ? shared : before) as T;
}
