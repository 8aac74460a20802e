import type { OfferedTriggerView, TriggerView } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { KnownTrigger } from '../domain/surroundings.js';
import type { PageBounds } from './page-bounds.js';

const columns = `
  trigger_id AS "triggerId", name, url, method, headers, body_template AS "bodyTemplate", signing_key AS "signingKey", cost, timeout_ms AS "timeoutMs",
  max_attempts AS "maxAttempts", offered, partner_ids AS "partnerIds", removed, version`;

/** The tenant's list of external API calls. Withdrawn ones stay as tombstones. */
@Injectable()
export class TriggerStore {
  async insert(tx: EntityManager, tenantId: string, trigger: TriggerView): Promise<void> {
    await tx.query(
      `INSERT INTO trigger (tenant_id, trigger_id, name, url, signing_key, cost, timeout_ms, max_attempts,
                            offered, removed, version, method, headers, body_template, partner_ids)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
      [tenantId, ...parametersOf(trigger)],
    );
  }

  async replace(tx: EntityManager, tenantId: string, trigger: TriggerView): Promise<void> {
    await tx.query(
      `UPDATE trigger SET name = $3, url = $4, signing_key = $5, cost = $6, timeout_ms = $7, max_attempts = $8,
         offered = $9, removed = $10, version = $11, method = $12, headers = $13, body_template = $14,
         partner_ids = $15
       WHERE tenant_id = $1 AND trigger_id = $2`,
      [tenantId, ...parametersOf(trigger)],
    );
  }

  /** The trigger, locked until the transaction ends. */
  async lock(tx: EntityManager, tenantId: string, triggerId: string): Promise<TriggerView | null> {
    const rows: TriggerView[] = await tx.query(
      `SELECT ${columns} FROM trigger WHERE tenant_id = $1 AND trigger_id = $2 FOR UPDATE`,
      [tenantId, triggerId],
    );
    return rows[0] ?? null;
  }

  /** The trigger, as it stays until the transaction ends. */
  async hold(tx: EntityManager, tenantId: string, triggerId: string): Promise<KnownTrigger | null> {
    const rows: KnownTrigger[] = await tx.query(
      `SELECT trigger_id AS "triggerId", cost, offered, partner_ids AS "partnerIds", removed FROM trigger
       WHERE tenant_id = $1 AND trigger_id = $2 FOR SHARE`,
      [tenantId, triggerId],
    );
    return rows[0] ?? null;
  }

  /** All of the tenant, withdrawn ones, too, in the order of their ids. */
  list(tx: EntityManager, tenantId: string, { after, limit }: PageBounds): Promise<TriggerView[]> {
    return tx.query(
      `SELECT ${columns} FROM trigger
       WHERE tenant_id = $1 AND ($2::uuid IS NULL OR trigger_id > $2) ORDER BY trigger_id LIMIT $3`,
      [tenantId, after, limit],
    );
  }

  /** Those that owners of these accounts may pick, in the order of their ids. */
  listOffered(
    tx: EntityManager,
    tenantId: string,
    partnerIds: readonly string[],
    { after, limit }: PageBounds,
  ): Promise<OfferedTriggerView[]> {
    return tx.query(
      `SELECT trigger_id AS "triggerId", name, cost,
              (SELECT array_agg(mine ORDER BY mine) FROM unnest(partner_ids) mine WHERE mine = ANY ($4::uuid[]))
                AS "partnerIds"
       FROM trigger
       WHERE tenant_id = $1 AND ($2::uuid IS NULL OR trigger_id > $2) AND offered AND NOT removed
         AND (partner_ids IS NULL OR partner_ids && $4::uuid[])
       ORDER BY trigger_id LIMIT $3`,
      [tenantId, after, limit, partnerIds],
    );
  }
}

/** In the order of the columns. */
function parametersOf(trigger: TriggerView): unknown[] {
  const { triggerId, name, url, signingKey, cost, timeoutMs, maxAttempts, offered, removed, version } =
    trigger;
  const { method, headers, bodyTemplate, partnerIds } = trigger;
  return [
    ...[triggerId, name, url, signingKey, cost, timeoutMs, maxAttempts, offered, removed, version],
    ...[method, JSON.stringify(headers), bodyTemplate, partnerIds],
  ];
}
