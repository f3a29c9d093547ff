import { get, request, segment } from '../../api/client';
import type { JsonObject, Role } from '../../api/types';

export interface User {
  name: string;
  role: Role;
  source: 'local' | 'pam';
  totp: boolean;
  last_sign_in: string | null;
}

export interface Factor {
  secret: string;
  url: string;
}

export async function listUsers(signal: AbortSignal): Promise<User[]> {
  return (await get<{ users: User[] }>('users', {}, signal)).users;
}

/** Without a password it is PAM's to judge. */
export async function addUser(name: string, role: Role, password: string | null): Promise<void> {
  await request('POST', 'users', { body: password === null ? { name, role, source: 'pam' } : { name, role, source: 'local', password } });
}

export async function changeRole(name: string, role: Role): Promise<void> {
  await request('PATCH', `users/${segment(name)}`, { body: { role } });
}

export async function removeUser(name: string): Promise<void> {
  await request('DELETE', `users/${segment(name)}`);
}

export async function setPassword(name: string, password: string, current?: string): Promise<void> {
  const body: JsonObject = { password };
  if (current !== undefined) body.old_password = current;
  await request('POST', `users/${segment(name)}/password`, { body });
}

export async function findUser(name: string, signal: AbortSignal): Promise<User> {
  return get<User>(`users/${segment(name)}`, {}, signal);
}

export async function beginFactor(name: string): Promise<Factor> {
  return (await request<Factor>('POST', `users/${segment(name)}/totp`, { body: {} })).body;
}

export async function confirmFactor(name: string, code: string): Promise<void> {
  await request('POST', `users/${segment(name)}/totp`, { body: { code } });
}

export async function removeFactor(name: string): Promise<void> {
  await request('DELETE', `users/${segment(name)}/totp`);
}
