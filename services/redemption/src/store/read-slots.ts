import { Injectable } from '@nestjs/common';
import { Metrics, ProblemError } from '#platform';
import { OTHER_CONNECTIONS, RedemptionConfig } from '../config.js';

/** Reads that wait at most; at a millisecond each they wait a fraction of a second. */
const MOST_WAITING = 500;
const RETRY_AFTER_SECONDS = 1;

/**
 * So many connections may lists and look-ups use at a time: those that the lanes of redemptions, the relay, consumers and
 * jobs leave, and at least one. However many wallets are opened, a batch of redemptions finds its connection free.
 */
@Injectable()
export class ReadSlots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(config: RedemptionConfig, metrics: Metrics) {
    const reserved = 2 * config.REDEMPTION_LANES + OTHER_CONNECTIONS;
    this.free = Math.max(1, config.DATABASE_POOL_SIZE - reserved);
    metrics.gauge('redemption_reads_waiting', 'Lists and look-ups waiting for a connection', [], (gauge) =>
      gauge.set(this.waiting.length),
    );
  }

  /** In the order of asking. @throws ProblemError overloaded when too many wait already */
  async run<Result>(read: () => Promise<Result>): Promise<Result> {
    if (this.free > 0) this.free -= 1;
    else await this.wait();
    try {
      return await read();
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.free += 1;
      else next();
    }
  }

  private wait(): Promise<void> {
    if (this.waiting.length >= MOST_WAITING)
      throw new ProblemError('overloaded', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    return new Promise((go) => this.waiting.push(go));
  }
}
