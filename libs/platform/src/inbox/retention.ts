/** Days for which the inbox remembers a fact; no topic that is not compacted may keep its records longer. */
export const INBOX_RETENTION_DAYS = 35;

const DAY_MS = 86_400_000;

/** Whether the inbox may have forgotten a fact of this time, so that it could be taken in twice. */
export function outlivesInbox(time: string, now: Date): boolean {
  return now.getTime() - Date.parse(time) > INBOX_RETENTION_DAYS * DAY_MS;
}
