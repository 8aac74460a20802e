/** Readers remember ids for 35 days by the time they bear: an id this much older than its fact is well within. */
const spanMs = 7 * 86_400_000;

/** What an instant is announced by: whoever announces the same one again, after whatever mishap, uses the same. */
export function occurrenceName(due: {
  readonly tenantId: string;
  readonly couponId: string;
  readonly cohort: string;
  readonly kind: string;
  readonly dueAt: Date;
}): string {
  return [due.tenantId, due.couponId, due.cohort, due.kind, due.dueAt.toISOString()].join(' ');
}

/**
 * The time that the id of an announcement bears, in milliseconds since 1970: the instant it stands for. Readers refuse
 * ids that are older than what they remember, so one that is told weeks late is moved on by whole weeks.
 */
export function idTime(dueAt: Date, now: Date): number {
  const lateMs = Math.max(0, now.getTime() - dueAt.getTime());
  return dueAt.getTime() + Math.floor(lateMs / spanMs) * spanMs;
}
