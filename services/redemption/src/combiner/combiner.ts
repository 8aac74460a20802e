import { Lane, type Stages } from './lane.js';
import { type Combinable, Ticket } from './ticket.js';

export interface CombinerLimits {
  /** Independent queues; one coupon always uses the same one. Each may use two database connections at a time. */
  readonly lanes: number;
  readonly maxBatch: number;
  /** Entries waiting over all lanes; more are turned away. */
  readonly maxWaiting: number;
  /** Entries of one user, waiting or running; more are turned away. */
  readonly maxPerUser: number;
}

export type Submission<Answer> =
  | { readonly taken: true; readonly answer: Promise<Answer> }
  | { readonly taken: false; readonly reason: 'full' | 'user_busy' };

/**
 * Natural batching: no timer, and never a batch of more than one caller would have waited for anyway. Turns away what
 * it cannot hold instead of letting the queue grow.
 */
export class Combiner<Entry extends Combinable, Answer, Screened> {
  private readonly lanes: readonly Lane<Entry, Answer, Screened>[];
  private readonly perUser = new Map<string, number>();

  constructor(
    stages: Stages<Entry, Answer, Screened>,
    private readonly limits: CombinerLimits,
  ) {
    this.lanes = Array.from({ length: limits.lanes }, () => new Lane(stages, limits.maxBatch));
  }

  get waiting(): number {
    return this.lanes.reduce((sum, lane) => sum + lane.waiting, 0);
  }

  submit(entry: Entry): Submission<Answer> {
    if (this.waiting >= this.limits.maxWaiting) return { taken: false, reason: 'full' };
    const user = userKey(entry);
    const busy = this.perUser.get(user) ?? 0;
    if (busy >= this.limits.maxPerUser) return { taken: false, reason: 'user_busy' };
    this.perUser.set(user, busy + 1);
    const ticket = new Ticket<Entry, Answer>(entry, () => this.release(user));
    this.laneOf(entry).add(ticket);
    return { taken: true, answer: ticket.answer };
  }

  /** Resolves when everything handed in so far is answered. */
  async idle(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.idle()));
  }

  private laneOf(entry: Entry): Lane<Entry, Answer, Screened> {
    const index = laneNumber(entry, this.lanes.length);
    return this.lanes[index] as Lane<Entry, Answer, Screened>;
  }

  private release(user: string): void {
    const busy = (this.perUser.get(user) ?? 1) - 1;
    if (busy === 0) this.perUser.delete(user);
    else this.perUser.set(user, busy);
  }
}

/** FNV-1a of tenant and coupon: the same coupon in the same lane, coupons spread evenly. */
export function laneNumber({ tenantId, couponId }: Combinable, lanes: number): number {
  let hash = 0x811c9dc5;
  for (const text of [tenantId, couponId]) {
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
  }
  return (hash >>> 0) % lanes;
}

function userKey({ tenantId, userId }: Combinable): string {
  return `${tenantId}/${userId}`;
}
