import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export type TenantJob = 'reconcile' | 'forget-auto' | 'forget-reminders';

/** Which tenants there are, and who works for which of them: the only thing that is known across tenants. */
@Injectable()
export class TenantJobStore {
  /** Makes the tenant known; again does nothing. */
  async add(tx: EntityManager, tenantId: string, job: TenantJob): Promise<void> {
    await tx.query('INSERT INTO tenant_job (tenant_id, job) VALUES ($1, $2) ON CONFLICT DO NOTHING', [
      tenantId,
      job,
    ]);
  }

  async tenants(tx: EntityManager, job: TenantJob): Promise<string[]> {
    const rows = await tx.query<{ tenant_id: string }[]>(
      'SELECT tenant_id FROM tenant_job WHERE job = $1 ORDER BY tenant_id',
      [job],
    );
    return rows.map(({ tenant_id }) => tenant_id);
  }

  /** The tenant that has waited longest and that nobody works for; for so many seconds it is `owner`'s alone. */
  async claim(
    tx: EntityManager,
    job: TenantJob,
    owner: string,
    leaseSeconds: number,
  ): Promise<string | undefined> {
    // Leases run on the real clock: shifting the clock of decisions must not expire them.
    const [rows] = await tx.query<[{ tenant_id: string }[], number]>(
      `UPDATE tenant_job SET leased_by = $2, leased_until = clock_timestamp() + make_interval(secs => $3)
        WHERE job = $1 AND tenant_id = (
          SELECT tenant_id FROM tenant_job WHERE job = $1 AND leased_until < clock_timestamp()
           ORDER BY leased_until LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING tenant_id`,
      [job, owner, leaseSeconds],
    );
    return rows[0]?.tenant_id;
  }

  /** Gives the tenant back, to be claimed again after so many seconds. A lease that was lost is left alone. */
  async rest(
    tx: EntityManager,
    job: TenantJob,
    tenantId: string,
    owner: string,
    restSeconds: number,
  ): Promise<void> {
    await tx.query(
      `UPDATE tenant_job SET leased_by = NULL, leased_until = clock_timestamp() + make_interval(secs => $4)
        WHERE job = $1 AND tenant_id = $2 AND leased_by = $3`,
      [job, tenantId, owner, restSeconds],
    );
  }
}
