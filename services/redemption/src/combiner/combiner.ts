import type { Stages } from './lane.js';
import { type LaneLimits, Lanes } from './lanes.js';
import { type Combinable, Ticket } from './ticket.js';

export interface CombinerLimits extends LaneLimits {
  /** Entries waiting over all lanes; more are turned away. */
  readonly maxWaiting: number;
  /** Entries of one user, waiting or running; more are turned away. */
  readonly maxPerUser: number;
}

export type Submission<Answer> =
  | { readonly taken: true; readonly answer: Promise<Answer> }
  | { readonly taken: false; readonly reason: 'full' | 'user_busy' };

/** Natural batching. Turns away what it cannot hold instead of letting the queue grow. */
export class Combiner<Entry extends Combinable, Answer, Screened> {
  private readonly lanes: Lanes<Entry, Answer, Screened>;
  /** By tenant and user. */
  private readonly busy = new Map<string, Map<string, number>>();

  constructor(
    stages: Stages<Entry, Answer, Screened>,
    private readonly limits: CombinerLimits,
  ) {
    this.lanes = new Lanes(stages, limits);
  }

  get waiting(): number {
    return this.lanes.waiting;
  }

  submit(entry: Entry): Submission<Answer> {
    if (this.waiting >= this.limits.maxWaiting) return { taken: false, reason: 'full' };
    if (!this.hold(entry)) return { taken: false, reason: 'user_busy' };
    const ticket = new Ticket<Entry, Answer>(entry, this.release);
    this.lanes.add(ticket);
    return { taken: true, answer: ticket.answer };
  }

  /** Resolves when everything handed in so far is answered. */
  idle(): Promise<void> {
    return this.lanes.idle();
  }

  private hold({ tenantId, userId }: Entry): boolean {
    let users = this.busy.get(tenantId);
    if (users === undefined) this.busy.set(tenantId, (users = new Map<string, number>()));
    const count = users.get(userId) ?? 0;
    if (count >= this.limits.maxPerUser) return false;
    users.set(userId, count + 1);
    return true;
  }

  private readonly release = ({ tenantId, userId }: Entry): void => {
    const users = this.busy.get(tenantId);
    const count = (users?.get(userId) ?? 1) - 1;
    if (count > 0) users?.set(userId, count);
    else users?.delete(userId);
    if (users?.size === 0) this.busy.delete(tenantId);
  };
}
