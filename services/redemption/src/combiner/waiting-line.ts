import type { Combinable, Ticket } from './ticket.js';

/**
 * Entries of one lane in order of arrival, per tenant. A batch holds one tenant's entries for any coupons, at most one
 * per user, whose balances the function then touches once; tenants take turns, so that a busy one does not hold the others up.
 */
export class WaitingLine<Entry extends Combinable, Answer> {
  private readonly byTenant = new Map<string, Ticket<Entry, Answer>[]>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(ticket: Ticket<Entry, Answer>): void {
    const { tenantId } = ticket.entry;
    const waiting = this.byTenant.get(tenantId);
    if (waiting === undefined) this.byTenant.set(tenantId, [ticket]);
    else waiting.push(ticket);
    this.count += 1;
  }

  /**
   * The next batch, at most `max` long; empty when nobody waits.
   * @param isApart of a coupon that shares no batch with others
   */
  take(max: number, isApart: (entry: Entry) => boolean): Ticket<Entry, Answer>[] {
    const next = this.byTenant.entries().next();
    if (next.done === true) return [];
    const [tenantId, waiting] = next.value;
    const batch: Ticket<Entry, Answer>[] = [];
    const left: Ticket<Entry, Answer>[] = [];
    const seen = new Set<string>();
    const first = (waiting[0] as Ticket<Entry, Answer>).entry;
    const only = isApart(first) ? first.couponId : undefined;
    let index = 0;
    for (; index < waiting.length && batch.length < max; index += 1) {
      const ticket = waiting[index] as Ticket<Entry, Answer>;
      const { userId, couponId } = ticket.entry;
      const fits = only === undefined ? !isApart(ticket.entry) : couponId === only;
      if (!fits || seen.has(userId)) {
        left.push(ticket);
        continue;
      }
      seen.add(userId);
      batch.push(ticket);
    }
    // Deleting and setting again moves the tenant behind the others.
    this.byTenant.delete(tenantId);
    if (left.length > 0 || index < waiting.length) {
      this.byTenant.set(tenantId, left.concat(waiting.slice(index)));
    }
    this.count -= batch.length;
    return batch;
  }

  /** All of them, each tenant's in order of arrival; nobody waits here any more. */
  drain(): Ticket<Entry, Answer>[] {
    const all = [...this.byTenant.values()].flat();
    this.byTenant.clear();
    this.count = 0;
    return all;
  }
}
