import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

/** A cohort whose hour has come. */
export interface ReminderRun {
  readonly tenantId: string;
  readonly couponId: string;
  readonly dueAt: Date;
  /** The cohort was planned from this version of the coupon. */
  readonly couponVersion: number;
}

/** How far a run has come in the order of its people. */
export interface RunPlace {
  /** Text of an instant, as PostgreSQL writes it. */
  readonly afterAt: string;
  readonly afterUser: string;
}

const RUN = 'tenant_id = $1 AND coupon_id = $2 AND due_at = $3';

/** Cohorts under way, over all tenants. Leases run on the real clock: shifting the clock of decisions must not end them. */
@Injectable()
export class ReminderRunStore {
  /** Told again while it is under way, it is the same run. */
  async add(
    tx: EntityManager,
    tenantId: string,
    due: { couponId: string; dueAt: string; couponVersion: number },
  ): Promise<void> {
    await tx.query(
      `INSERT INTO reminder_run (tenant_id, coupon_id, due_at, coupon_version) VALUES ($1, $2, $3, $4)
       ON CONFLICT (tenant_id, coupon_id, due_at) DO UPDATE
         SET coupon_version = greatest(reminder_run.coupon_version, excluded.coupon_version)`,
      [tenantId, due.couponId, due.dueAt, due.couponVersion],
    );
  }

  /** The oldest that nobody goes through; for so many seconds it is `owner`'s alone. */
  async claim(tx: EntityManager, owner: string, leaseSeconds: number): Promise<ReminderRun | undefined> {
    const [rows] = await tx.query<[ReminderRun[], number]>(
      `UPDATE reminder_run r SET leased_by = $1, leased_until = clock_timestamp() + make_interval(secs => $2)
         FROM (SELECT tenant_id, coupon_id, due_at FROM reminder_run WHERE leased_until < clock_timestamp()
                ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) free
        WHERE r.tenant_id = free.tenant_id AND r.coupon_id = free.coupon_id AND r.due_at = free.due_at
       RETURNING r.tenant_id AS "tenantId", r.coupon_id AS "couponId", r.due_at AS "dueAt",
                 r.coupon_version AS "couponVersion"`,
      [owner, leaseSeconds],
    );
    return rows[0];
  }

  /** Locks the run and renews its lease. Undefined: somebody else has taken it over, or ended it. */
  async hold(
    tx: EntityManager,
    { tenantId, couponId, dueAt }: ReminderRun,
    owner: string,
    leaseSeconds: number,
  ): Promise<RunPlace | undefined> {
    const [rows] = await tx.query<[RunPlace[], number]>(
      `UPDATE reminder_run SET leased_until = clock_timestamp() + make_interval(secs => $5)
        WHERE ${RUN} AND leased_by = $4
       RETURNING after_at AS "afterAt", after_user AS "afterUser"`,
      [tenantId, couponId, dueAt, owner, leaseSeconds],
    );
    return rows[0];
  }

  async goOn(tx: EntityManager, { tenantId, couponId, dueAt }: ReminderRun, place: RunPlace): Promise<void> {
    await tx.query(`UPDATE reminder_run SET after_at = $4, after_user = $5 WHERE ${RUN}`, [
      tenantId,
      couponId,
      dueAt,
      place.afterAt,
      place.afterUser,
    ]);
  }

  async end(tx: EntityManager, { tenantId, couponId, dueAt }: ReminderRun): Promise<void> {
    await tx.query(`DELETE FROM reminder_run WHERE ${RUN}`, [tenantId, couponId, dueAt]);
  }

  /** Given back: nobody goes on with it for so many seconds. */
  async rest(
    tx: EntityManager,
    { tenantId, couponId, dueAt }: ReminderRun,
    owner: string,
    seconds: number,
  ): Promise<void> {
    await tx.query(
      `UPDATE reminder_run SET leased_by = NULL, leased_until = clock_timestamp() + make_interval(secs => $5)
        WHERE ${RUN} AND leased_by = $4`,
      [tenantId, couponId, dueAt, owner, seconds],
    );
  }

  /** What the coupon's cohorts wait for may have come: those that rest are gone through at once. */
  async wake(tx: EntityManager, tenantId: string, couponId: string): Promise<void> {
    await tx.query(
      `UPDATE reminder_run SET leased_until = '-infinity'
        WHERE tenant_id = $1 AND coupon_id = $2 AND leased_by IS NULL`,
      [tenantId, couponId],
    );
  }

  /** Age of the oldest cohort that is not through, in seconds; 0 = none. */
  async lagSeconds(tx: EntityManager): Promise<number> {
    const [row] = await tx.query<{ lag: number }[]>(
      `SELECT greatest(0, extract(epoch FROM octopus_now() - due_at))::float8 AS lag
         FROM reminder_run ORDER BY due_at LIMIT 1`,
    );
    return row?.lag ?? 0;
  }
}
