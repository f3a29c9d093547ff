// How it stands with an ACME server: a colour, and the words that go with it.

import type { Acme } from '../../api/certificates';
import { dateTime } from '../../parts/format';
import { text } from '../../text/en';
import type { Colour } from './expiry';

export interface OrderState {
  colour: Colour | 'blue';
  words: string;
  /** What the server complained of, and when it is asked again. */
  more: string;
}

export function orderOf({ issued: isIssued, running: isRunning, next_attempt: next, error }: Acme): OrderState {
  const names = text.certificates.order;
  const again = next === null ? names.nobody : isIssued && !error ? names.renewed(dateTime(next)) : names.asked(dateTime(next));
  if (isRunning) return { colour: 'blue', words: names.running, more: '' };
  if (error) return { colour: isIssued ? 'orange' : 'red', words: isIssued ? names.notRenewed : names.failed, more: `${error}${/[.!?]$/.test(error) ? '' : '.'} ${again}` };
  return isIssued ? { colour: 'green', words: names.issued, more: again } : { colour: 'grey', words: names.waiting, more: again };
}
