import type { FieldError } from '#contracts';
import type { Coupon } from './coupon.js';
import { knownPlaceholders, reminderPlaceholders, unknownPlaceholders } from './placeholders.js';

export type DraftFields = Pick<Coupon, 'redeemedMessage' | 'reminder' | 'startAt' | 'endAt'>;

/** What is wrong with the fields that are there (D0: a draft may lack values, but not hold malformed ones). */
export function problemsOfDraft(draft: DraftFields, now: Date): FieldError[] {
  const { redeemedMessage, reminder } = draft;
  return [
    ...problemsOfText(redeemedMessage, '/redeemedMessage', knownPlaceholders),
    ...problemsOfText(reminder?.text ?? null, '/reminder/text', reminderPlaceholders),
    ...problemsOfSchedule(draft, now),
  ];
}

function problemsOfText(text: string | null, pointer: string, known: readonly string[]): FieldError[] {
  if (text === null) return [];
  const names = known.map((name) => `{{${name}}}`).join(' ');
  return unknownPlaceholders(text, known).map((placeholder) => ({
    pointer,
    message: `unknown placeholder ${placeholder}; known are ${names}`,
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
