import type { MigrationInterface, QueryRunner } from 'typeorm';
import { expiringTable, tenantTable } from '#platform';

const ANSWER_PARTITIONS = 8;

/** Every table's key begins with the tenant; rows of one redemption can thus be kept together when distributed. */
export class CouponsAndRedemptions1763800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await this.#createCoupon(runner);
    await this.#createPeople(runner);
    await this.#createRedemption(runner);
    await this.#createJobs(runner);
  }

  /** The hot row: half of each page is left free, so that an update stays on its page and touches no index. */
  async #createCoupon(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE coupon (
        tenant_id uuid NOT NULL,
        coupon_id uuid NOT NULL,
        channel_id uuid NOT NULL,
        type text NOT NULL,
        version integer NOT NULL,
        status text NOT NULL,
        finished_reason text,
        start_at timestamptz(3),
        end_at timestamptz(3),
        per_user_cap bigint,
        redeemed bigint NOT NULL DEFAULT 0,
        max bigint,
        finished boolean NOT NULL DEFAULT false,
        rev bigint NOT NULL DEFAULT 1,
        taken_over_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, coupon_id),
        CONSTRAINT coupon_never_over_redeemed CHECK (redeemed <= max)
      ) WITH (fillfactor = 50)`);
    await secure(runner, 'coupon');
  }

  async #createPeople(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE follow (
        tenant_id uuid NOT NULL,
        channel_id uuid NOT NULL,
        user_id uuid NOT NULL,
        following boolean NOT NULL,
        revision bigint NOT NULL,
        changed_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, channel_id, user_id)
      )`);
    await runner.query(`
      CREATE TABLE coupon_usage (
        tenant_id uuid NOT NULL,
        coupon_id uuid NOT NULL,
        user_id uuid NOT NULL,
        uses integer NOT NULL CHECK (uses >= 0),
        last_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, coupon_id, user_id)
      ) WITH (fillfactor = 90)`);
    for (const table of ['follow', 'coupon_usage']) await secure(runner, table);
  }

  /**
   * Partitioned by time; rows fall into the default partition until months are cut off it. Nothing here is unique
   * across partitions: a request's uniqueness is stored_answer's primary key.
   */
  async #createRedemption(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE redemption (
        tenant_id uuid NOT NULL,
        redemption_id uuid NOT NULL,
        coupon_id uuid NOT NULL,
        coupon_version integer NOT NULL,
        channel_id uuid NOT NULL,
        user_id uuid NOT NULL,
        redeemed_at timestamptz NOT NULL,
        reservation_id uuid NOT NULL,
        PRIMARY KEY (tenant_id, redemption_id, redeemed_at)
      ) PARTITION BY RANGE (redeemed_at)`);
    await runner.query('CREATE TABLE redemption_default PARTITION OF redemption DEFAULT');
    await runner.query('CREATE INDEX redemption_by_coupon ON redemption (tenant_id, coupon_id, redeemed_at)');
    await runner.query(`
      CREATE TABLE stored_answer (
        tenant_id uuid NOT NULL,
        reservation_id uuid NOT NULL,
        fingerprint uuid NOT NULL,
        body json NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, reservation_id)
      ) PARTITION BY HASH (reservation_id)`);
    for (let part = 0; part < ANSWER_PARTITIONS; part += 1)
      await runner.query(
        `CREATE TABLE stored_answer_${part} PARTITION OF stored_answer
           FOR VALUES WITH (MODULUS ${ANSWER_PARTITIONS}, REMAINDER ${part})`,
      );
    for (const table of ['redemption', 'stored_answer']) await secure(runner, table);
    for (const statement of expiringTable('stored_answer', { days: 30 })) await runner.query(statement);
  }

  /** tenant_job says which tenants there are, and who works for one just now: a queue, without row-level security. */
  async #createJobs(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE tenant_job (
        tenant_id uuid NOT NULL,
        job text NOT NULL,
        leased_by uuid,
        leased_until timestamptz NOT NULL DEFAULT '-infinity',
        PRIMARY KEY (tenant_id, job)
      )`);
    await runner.query(`
      CREATE TABLE coupon_check (
        tenant_id uuid NOT NULL,
        coupon_id uuid NOT NULL,
        checked_rev bigint NOT NULL,
        checked_at timestamptz NOT NULL,
        PRIMARY KEY (tenant_id, coupon_id)
      )`);
    await secure(runner, 'coupon_check');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION prune_expired_stored_answer(integer)');
    await runner.query(
      'DROP TABLE coupon_check, tenant_job, stored_answer, redemption, coupon_usage, follow, coupon',
    );
  }
}

async function secure(runner: QueryRunner, table: string): Promise<void> {
  for (const statement of tenantTable(table)) await runner.query(statement);
}
