import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Trigger } from '#contracts';

/** The tenant's external calls, as their facts tell: a removed one stays as a tombstone. */
@Injectable()
export class TriggerStore {
  /** Skipped where it is no newer than what is stored. */
  async put(tx: EntityManager, tenantId: string, trigger: Trigger, revision: number): Promise<void> {
    const { triggerId, method, url, headers, bodyTemplate, signingKey, timeoutMs, maxAttempts, removed } =
      trigger;
    await tx.query(
      `INSERT INTO trigger AS stored
         (tenant_id, trigger_id, revision, method, url, headers, body_template, signing_key, timeout_ms, max_attempts,
          removed)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
       ON CONFLICT (tenant_id, trigger_id) DO UPDATE SET
         revision = excluded.revision, method = excluded.method, url = excluded.url, headers = excluded.headers,
         body_template = excluded.body_template, signing_key = excluded.signing_key,
         timeout_ms = excluded.timeout_ms, max_attempts = excluded.max_attempts, removed = excluded.removed
       WHERE stored.revision < excluded.revision`,
      [
        ...[tenantId, triggerId, revision, method, url, JSON.stringify(headers), bodyTemplate],
        ...[signingKey, timeoutMs, maxAttempts, removed],
      ],
    );
  }
}
