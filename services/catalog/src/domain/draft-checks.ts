import type { FieldError } from '#contracts';
import type { Coupon } from './coupon.js';
import { knownPlaceholders, unknownPlaceholders } from './placeholders.js';

export type DraftFields = Pick<Coupon, 'redeemedMessage' | 'startAt' | 'endAt'>;

/** What is wrong with the fields that are there (D0: a draft may lack values, but not hold malformed ones). */
export function problemsOfDraft(draft: DraftFields, now: Date): FieldError[] {
  return [...problemsOfMessage(draft), ...problemsOfSchedule(draft, now)];
}

function problemsOfMessage({ redeemedMessage }: DraftFields): FieldError[] {
  if (redeemedMessage === null) return [];
  const known = knownPlaceholders.map((name) => `{{${name}}}`).join(' ');
  return unknownPlaceholders(redeemedMessage).map((placeholder) => ({
    pointer: '/redeemedMessage',
    message: `unknown placeholder ${placeholder}; known are ${known}`,
  }));
}

function problemsOfSchedule({ startAt, endAt }: DraftFields, now: Date): FieldError[] {
  if (endAt === null) return [];
  const problems: FieldError[] = [];
  if (endAt <= now) problems.push({ pointer: '/endAt', message: 'must be in the future' });
  if (startAt !== null && endAt <= startAt)
    problems.push({ pointer: '/endAt', message: 'must be after startAt' });
  return problems;
}
