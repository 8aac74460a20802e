/** Days for which the inbox remembers a fact; no topic that is not compacted may keep its records longer. */
export const INBOX_RETENTION_DAYS = 35;

const DAY_MS = 86_400_000;
const CLOCKS_APART_MS = 3_600_000;

/**
 * Whether the inbox may have forgotten the fact, so that it could be taken in twice. The older of its two times counts:
 * the pruner knows only that of the id, and an id may have been made long before the fact became true.
 */
export function outlivesInbox(fact: { id: string; time: string }, now: Date): boolean {
  return beyondInbox(now)(fact);
}

/** `outlivesInbox` for many facts of one instant. */
export function beyondInbox(now: Date): (fact: { id: string; time: string }) => boolean {
  const oldest = now.getTime() - INBOX_RETENTION_DAYS * DAY_MS;
  const firstId = firstIdAt(new Date(oldest));
  return ({ id, time }) => Date.parse(time) < oldest || id < firstId;
}

/** Ids below this one the pruner forgets: a while later than they stop being taken, for replicas whose clocks differ. */
export function forgottenBelow(now: Date): string {
  return firstIdAt(new Date(now.getTime() - INBOX_RETENTION_DAYS * DAY_MS - CLOCKS_APART_MS));
}

/** The lowest UUIDv7 of an instant: every id made before it is lower. */
export function firstIdAt(time: Date): string {
  const ms = time.getTime().toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-000000000000`;
}
