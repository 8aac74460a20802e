/** Everything there is at one instant. Plain JSON: equal states are equal texts. */
export interface State {
  now: number;
  /** Per request: how often the client may still send it. */
  sends: number[];
  /** Per request: the redemption that the client was told of. */
  told: (number | null)[];
  processes: Process[];
  entries: Entry[];
  transactions: Transaction[];
  db: Database;
  redis: Redis;
  /** How much of each disturbance is left. */
  left: Disturbances;
  /** What went wrong, in words; null = nothing so far. */
  wrong: string | null;
}

export interface Disturbances {
  /** A process is killed. */
  crash: number;
  /** A connection to PostgreSQL is cut, or the reply to COMMIT is lost. */
  cut: number;
  /** Redis loses everything. */
  flush: number;
  /** Redis comes back from an old snapshot, as another run. */
  restore: number;
  /** Redis does not answer in time; the batch passes it by. */
  slow: number;
  /** A write to Redis is lost. */
  lostWrite: number;
  /** Somebody leaves the channel. */
  unfollow: number;
  reprice: number;
  disable: number;
  void: number;
  /** Requests to raise or lower the cap. */
  cap: number;
  /** Somebody earns a point. */
  earn: number;
}

export interface Terms {
  version: number;
  price: number;
}

/** What a process remembers of a coupon; a cache. */
export interface Memory extends Terms {
  refuses: boolean;
}

export interface Process {
  /** Per coupon; null = not loaded. */
  memory: (Memory | null)[];
  /** The epoch that the last probe found; null = Redis is not asked. */
  epoch: number | null;
  /** Has it probed since Redis last lost something? */
  probedSinceLoss: boolean;
}

/** A request on its way in one process. */
export interface Entry {
  request: number;
  process: number;
  at: 'screen' | 'admitted' | 'confirm' | 'waiting' | 'unknown' | 'store';
  tries: number;
  /** Came back once because of other terms. */
  stale: boolean;
  /** Its place is held in Redis. */
  held: boolean;
  /** Of an automatic attempt: the how manieth claim. */
  claim: number;
}

export interface CouponRow extends Terms {
  enabled: boolean;
  redeemed: number;
  max: number;
  finished: boolean;
  rev: number;
  /** The exhausted fact is out. */
  exhausted: boolean;
  /** What the cap should be, by the answers given. */
  decidedMax: number;
  lastRedeemedAt: number;
}

export interface Redemption {
  request: number;
  coupon: number;
  user: number;
  at: number;
  price: number;
  bonus: number;
  voids: number;
  facts: number;
}

/** What is committed. */
export interface Database {
  coupons: CouponRow[];
  /** Per coupon and user. */
  uses: number[][];
  lastAt: (number | null)[][];
  /** Per user; and the revision of the fact that said so. */
  following: boolean[];
  followRevision: number[];
  /** Newest revision that was ever delivered. */
  followDelivered: number[];
  /** Per user and point. */
  balances: number[][];
  /** Points of point 0 that user 0 has earned. */
  earned: number;
  /** Redemption by key. */
  answers: Record<string, number>;
  redemptions: Redemption[];
}

export type Verdict =
  | 'accepted'
  | 'known'
  | 'key_reused'
  | 'stale'
  | 'sold_out'
  | 'disabled'
  | 'ended'
  | 'not_a_follower'
  | 'user_limit'
  | 'cooling_down'
  | 'points_short'
  | 'applied'
  | 'refused';

/** A transaction that has begun and not ended; its locks are its own until then. */
export interface Transaction {
  kind: 'redeem' | 'void' | 'cap';
  /** `request/process` of the entry that waits for it; null = an orphaned backend. */
  owner: string | null;
  /** redeem: the request; void: the redemption; cap: the new cap. */
  subject: number;
  key: string;
  coupon: number;
  user: number;
  terms: Terms;
  at: 'lock' | 'balances' | 'decide' | 'insert' | 'commit';
  /** So many of its balances are locked: by a void before it decides, by a redemption as it writes them, after it. */
  balances: number;
  verdict: Verdict | null;
  decidedAt: number;
  /** Read before the lock, where a guard is missing. */
  early: Reading | null;
  /** For the judge: did the user follow when the lock was taken? */
  followedAtLock: boolean;
  /** For the judge: somebody was told a refusal of this request after this transaction had accepted it. */
  overtaken: boolean;
}

/** What a decision rests on. */
export interface Reading {
  now: number;
  row: CouponRow;
  uses: number;
  lastAt: number | null;
  following: boolean;
  balance: number;
  known: number | null;
  voids: number;
}

export interface Total {
  epoch: number;
  rev: number;
  redeemed: number;
  finished: boolean;
  uses: number[];
}

export interface RedisContent {
  epoch: number | null;
  /** The run of the server that the epoch was made for. */
  madeFor: number;
  total: Total | null;
  holds: number;
}

export interface PendingWrite extends Total {
  process: number;
  /** Gives a held place back. */
  gives: boolean;
  /** A unit was sold: where increments are sent, this is one. */
  sold: boolean;
  user: number;
}

/** One coupon's numbers in Redis (coupon 0), what is on its way there, and what was once saved to disk. */
export interface Redis {
  run: number;
  content: RedisContent;
  saved: RedisContent | null;
  pending: PendingWrite[];
  rebuild: { process: number; epoch: number; run: number; numbers: Total | null; written: boolean } | null;
  epochs: number;
  /** For the judge: highest revision acknowledged before the last loss. */
  ackedBeforeLoss: number;
  acked: number;
  /** For the judge: what PostgreSQL had committed as `redeemed`, by revision. */
  history: number[];
}

/** The first thing that goes wrong is the story's end. */
export function blame(state: State, what: string): void {
  state.wrong ??= what;
}
