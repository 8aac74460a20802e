import { ProblemError, RedisConnection, RedisScript } from '#platform';
import { Injectable } from '@nestjs/common';
import { CatalogConfig } from '../../config.js';

const WINDOW_MS = 10 * 60_000;

const script = RedisScript.load(import.meta.url, './scripts/count-misses-1.lua');

/**
 * Bounds how many links one caller tries that lead nowhere. A code has 70 random bits, so nobody guesses one without the
 * bound either; that is why everybody is let through while Redis is away.
 */
@Injectable()
export class MissedLinks {
  constructor(
    private readonly redis: RedisConnection,
    private readonly config: CatalogConfig,
  ) {}

  /**
   * What `look` finds; nothing found counts against the caller.
   * @param caller names who asks: an address, or a user of a tenant
   * @throws ProblemError rate_limited when the caller has missed too often, also for a link that is good
   */
  async bound<Found>(caller: string, look: () => Promise<Found | null>): Promise<Found | null> {
    const before = await this.count(caller, false);
    if (before.count >= this.config.CATALOG_SHARE_MISSES)
      throw new ProblemError('rate_limited', {
        detail: 'Too many links led nowhere.',
        retryAfterSeconds: Math.max(1, Math.ceil(before.leftMs / 1_000)),
      });
    const found = await look();
    if (found === null) await this.count(caller, true);
    return found;
  }

  private async count(caller: string, adds: boolean): Promise<{ count: number; leftMs: number }> {
    if (!this.redis.isReady) return { count: 0, leftMs: 0 };
    const keys = [this.redis.key(`missed-links:${caller}`)];
    try {
      const answer = await script.run(this.redis.client, keys, [adds ? '1' : '0', String(WINDOW_MS)]);
      const [count = 0, leftMs = 0] = answer as number[];
      return { count, leftMs };
    } catch {
      // Away, frozen or full.
      return { count: 0, leftMs: 0 };
    }
  }
}
