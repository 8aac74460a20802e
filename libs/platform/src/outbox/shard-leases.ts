import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type pg from 'pg';

/** Fixed: another number would put facts of one key into two shards while both are being drained. */
export const SHARD_COUNT = 8;

export interface LeaseTimes {
  /** Milliseconds that a lease lasts without renewal. */
  readonly ttlMs: number;
  /** Milliseconds between renewals. */
  readonly renewMs: number;
}

export const leaseTimes: LeaseTimes = { ttlMs: 10_000, renewMs: 2_500 };

/**
 * Which shards this relay may publish. Each has one owner at a time; the shards are shared out evenly among the relays
 * that live. How long a lease still holds is counted here on the monotonic clock from before it was asked for, so
 * a process that was stopped and goes on knows that it has lost it, whatever the two machines' clocks say.
 */
export class ShardLeases {
  readonly id = randomUUID();
  #shards: readonly number[] = [];
  #validUntil = -Infinity;
  #renewAt = -Infinity;

  constructor(
    private readonly pool: Pick<pg.Pool, 'query'>,
    private readonly times: LeaseTimes = leaseTimes,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** The shards that are surely ours now and for so many milliseconds more; none once the lease has run out. */
  held(forMs = 0): readonly number[] {
    return this.now() + forMs < this.#validUntil ? this.#shards : [];
  }

  /** Renews what is ours, gives back what is more than our share and takes what nobody holds; if that is due. */
  async keep(): Promise<void> {
    const askedAt = this.now();
    if (askedAt < this.#renewAt) return;
    const seconds = this.times.ttlMs / 1000;
    await this.pool.query(
      `INSERT INTO outbox_relay (id, expires_at) VALUES ($1, clock_timestamp() + make_interval(secs => $2))
       ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at`,
      [this.id, seconds],
    );
    const share = await this.#share();
    await this.pool.query(
      `UPDATE outbox_lease SET owner = NULL
        WHERE shard IN (SELECT shard FROM outbox_lease WHERE owner = $1 ORDER BY shard OFFSET $2)`,
      [this.id, share],
    );
    const { rows } = await this.pool.query<{ shard: number }>(
      `UPDATE outbox_lease SET owner = $1, expires_at = clock_timestamp() + make_interval(secs => $3)
        WHERE shard IN (SELECT shard FROM outbox_lease
                         WHERE owner = $1 OR owner IS NULL OR expires_at < clock_timestamp()
                         ORDER BY owner = $1 DESC NULLS LAST, shard LIMIT $2 FOR UPDATE)
       RETURNING shard`,
      [this.id, share, seconds],
    );
    this.#shards = rows.map(({ shard }) => shard);
    this.#validUntil = askedAt + this.times.ttlMs * 0.9;
    this.#renewAt = askedAt + this.times.renewMs;
  }

  /** So that another relay need not wait until they run out. */
  async release(): Promise<void> {
    this.#validUntil = -Infinity;
    this.#renewAt = -Infinity;
    await this.pool.query('UPDATE outbox_lease SET owner = NULL WHERE owner = $1', [this.id]);
    await this.pool.query('DELETE FROM outbox_relay WHERE id = $1', [this.id]);
  }

  async #share(): Promise<number> {
    await this.pool.query('DELETE FROM outbox_relay WHERE expires_at < clock_timestamp()');
    const { rows } = await this.pool.query<{ relays: number }>(
      'SELECT count(*)::int AS relays FROM outbox_relay',
    );
    return Math.ceil(SHARD_COUNT / Math.max(1, rows[0]?.relays ?? 1));
  }
}
