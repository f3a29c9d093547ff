import type { JsonObject } from '../../api/types';
import { text } from '../../text/en';

/** `evenkeel-backup-2026-01-31-0800.json`, in the viewer's zone. */
export function fileName(now: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `evenkeel-backup-${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}-${two(now.getHours())}${two(now.getMinutes())}.json`;
}

const kMost = 15_000_000; // what the load balancer takes, less what is around it

/** What is in the file, or in words why it can be no backup. What is signed is the load balancer's to tell. */
export function parseBackup(content: string): JsonObject {
  if (content.length > kMost) throw new Error(text.backup.tooLarge);
  try {
    const parsed: unknown = JSON.parse(content);
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as JsonObject;
  } catch {
    // the same in either case
  }
  throw new Error(text.backup.noBackup);
}
