import { ApiError } from '../api/client';
import { text } from '../text/en';
import { Empty } from './Page';

/** Whether this load balancer's API has no such thing, as where people sign in by other means. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

export function Missing() {
  return <Empty title={text.users.missing} body={text.users.missingText} />;
}
