/** Days for which the inbox remembers a fact; no topic that is not compacted may keep its records longer. */
export const INBOX_RETENTION_DAYS = 35;

const DAY_MS = 86_400_000;

/** Whether the inbox may have forgotten a fact of this time, so that it could be taken in twice. */
export function outlivesInbox(time: string, now: Date): boolean {
  return now.getTime() - Date.parse(time) > INBOX_RETENTION_DAYS * DAY_MS;
}

/** The lowest UUIDv7 of an instant: every id made before it is lower. */
export function firstIdAt(time: Date): string {
  const ms = time.getTime().toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-000000000000`;
}
