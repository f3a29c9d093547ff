// How long a certificate is good for: a colour, and the words that go with it.

import type { Certificate } from '../../api/certificates';
import { text } from '../../text/en';

export type Colour = 'green' | 'orange' | 'red' | 'grey';

const kSoonDays = 30;
const kVerySoonDays = 7;

export function expiryOf({ days_left: days }: Pick<Certificate, 'days_left'>): { colour: Colour; words: string } {
  const names = text.certificates;
  if (days === null) return { colour: 'grey', words: names.waiting };
  if (days < 0) return { colour: 'red', words: names.ended(-days) };
  if (days === 0) return { colour: 'red', words: names.endsToday };
  return { colour: days <= kVerySoonDays ? 'red' : days <= kSoonDays ? 'orange' : 'green', words: names.left(days) };
}
