import { Injectable } from '@nestjs/common';
import { type CommandRequest, RedisConnection, RedisScript, TenantDatabase } from '#platform';
import { type BaselineView, viewOf } from './baseline-view.js';

const INSERT = `INSERT INTO naive_redemption (tenant_id, coupon_id, user_id, redemption_id, key) VALUES ($1, $2, $3, $4, $5)`;
const MAX = '1000000000';
const PER_USER = '1';
const LIMIT_MS = 5_000;

/** The usual shortcut: Redis decides, then the row is written. A crash between the two loses a unit; a lost Redis, all. */
@Injectable()
export class EvalThenCommit {
  private readonly take = RedisScript.load(import.meta.url, 'scripts/take-2.lua');

  constructor(
    private readonly redis: RedisConnection,
    private readonly database: TenantDatabase,
  ) {}

  /** undefined = a cap is reached */
  async run(command: CommandRequest, couponId: string): Promise<BaselineView | undefined> {
    const view = await this.admit(command, couponId);
    if (view === undefined) return undefined;
    const { tenantId, subject } = command.principal;
    const values = [tenantId, couponId, subject, view.redemptionId, command.idempotencyKey];
    await this.database.pool.query({ name: 'insert', text: INSERT, values });
    return view;
  }

  /** Redis alone: nothing survives it. */
  async admit(command: CommandRequest, couponId: string): Promise<BaselineView | undefined> {
    const keys = [this.redis.key(`{${couponId}}:n`), this.redis.key(`{${couponId}}:u`)];
    const args = [MAX, command.principal.subject, PER_USER];
    const taken = await this.take.run(this.redis.client, keys, args, LIMIT_MS);
    return taken === 1 ? viewOf(command, couponId) : undefined;
  }
}
