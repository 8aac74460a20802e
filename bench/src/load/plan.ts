/** Which coupon the n-th request is for. */
export type Spread =
  /** One at a time: the next coupon when every user has had their turn. */
  | 'one-after-another'
  /** All of them all the time; still each user at most once per coupon. */
  | 'all-at-once';

/** What the load process is told to do once. */
export interface LoadPlan {
  /** Connections are spread evenly over them. */
  readonly ports: readonly number[];
  readonly connections: number;
  readonly seconds: number;
  /** Default POST. */
  readonly method?: 'GET' | 'POST';
  /** Path of a request, `:couponId` in it. */
  readonly path: string;
  /** Body of the n-th request; `{}` for every one when left out. */
  readonly bodies?: readonly string[];
  /** One caller for all requests instead of a user each. */
  readonly token?: string;
  readonly couponIds: readonly string[];
  readonly spread: Spread;
  /** Requests for a coupon before the next one's turn, at most one per user; a turn of every user when left out. */
  readonly turn?: number;
  /** Begins every Idempotency-Key: no two runs share one. */
  readonly keyPrefix: string;
  /** Ends the run earlier; each user then has at most one turn. */
  readonly maxRequests?: number;
}

export interface LoadResult {
  readonly seconds: number;
  readonly answers: number;
  /** How often each answer came: `201`, or status and problem code (`409 sold_out`). */
  readonly tally: Readonly<Record<string, number>>;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Connections that broke or answers that could not be read; the run counts only without any. */
  readonly errors: readonly string[];
}

/** Messages to the load process: its people first, then plans, one at a time. */
export type LoadOrder = { readonly tokens: readonly string[] } | { readonly plan: LoadPlan };

export function couponOf(
  { couponIds, spread, turn: length }: LoadPlan,
  request: number,
  users: number,
): string {
  const turn = Math.floor(request / (length ?? users));
  const place = spread === 'one-after-another' ? turn : (request % users) + turn;
  return couponIds[place % couponIds.length] ?? '';
}

/** Requests that a plan can carry without asking for one user and coupon twice. */
export function capacityOf({ couponIds, turn }: Pick<LoadPlan, 'couponIds' | 'turn'>, users: number): number {
  return couponIds.length * (turn ?? users);
}
