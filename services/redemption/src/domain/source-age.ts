const DAY_MS = 86_400_000;
const MOST_DAYS = 365;

/**
 * What is to be booked or decided once is known by its id for 400 days; so that it cannot be forgotten and come again,
 * nothing older than 365 days is taken.
 * @param at when it happened, RFC 3339
 * @param now the database's clock
 * @returns why it is too old, to go on after the name of what it is; undefined = it is not
 */
export function whyTooOld(at: string, now: Date): string | undefined {
  if (now.getTime() - Date.parse(at) <= MOST_DAYS * DAY_MS) return undefined;
  return `is more than ${MOST_DAYS} days ago: nothing that old is taken any more`;
}
