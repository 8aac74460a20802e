import type { Programme, ProgrammeSnapshot, ProgrammeView } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { KnownProgramme } from '../domain/surroundings.js';
import type { StoredSnapshot } from './channel.store.js';
import type { PageBounds } from './page-bounds.js';

/** Its own columns, and the point names that are kept for it. */
const columns = `
  programme_id AS "programmeId", partner_id AS "partnerId", name, levels, earning_actions AS "earningActions",
  ARRAY(
    SELECT point_name_id FROM point_name
    WHERE point_name.tenant_id = programme.tenant_id AND point_name.programme_id = programme.programme_id
      AND NOT point_name.removed
    ORDER BY point_name_id
  ) AS "pointNameIds"`;

/** Loyalty programmes with their levels and earning actions. */
@Injectable()
export class ProgrammeStore {
  /**
   * Keeps the fact unless a newer one about the programme is stored already. The row is locked from here on.
   * @returns whether it was kept
   */
  async keep(tx: EntityManager, tenantId: string, programme: Programme, revision: number): Promise<boolean> {
    const { programmeId, partnerId, name, levels, earningActions, removed } = programme;
    const kept: unknown[] = await tx.query(
      `INSERT INTO programme AS stored
         (tenant_id, programme_id, revision, partner_id, name, levels, earning_actions, removed)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
       ON CONFLICT (tenant_id, programme_id) DO UPDATE SET
         revision = excluded.revision, partner_id = excluded.partner_id, name = excluded.name,
         levels = excluded.levels, earning_actions = excluded.earning_actions, removed = excluded.removed
       WHERE stored.revision < excluded.revision
       RETURNING 1`,
      [
        tenantId,
        programmeId,
        revision,
        partnerId,
        name,
        JSON.stringify(levels),
        JSON.stringify(earningActions),
        removed,
      ],
    );
    return kept.length > 0;
  }

  /** The programme, locked until the transaction ends: whoever adds point names to it or takes them away begins here. */
  async lock(tx: EntityManager, tenantId: string, programmeId: string): Promise<KnownProgramme | null> {
    const rows: KnownProgramme[] = await tx.query(
      `${knownProgramme} WHERE tenant_id = $1 AND programme_id = $2 FOR UPDATE`,
      [tenantId, programmeId],
    );
    return rows[0] ?? null;
  }

  /** Those of `ids` that are known, as they stay until the transaction ends. */
  hold(tx: EntityManager, tenantId: string, ids: readonly string[]): Promise<KnownProgramme[]> {
    return tx.query(
      `${knownProgramme} WHERE tenant_id = $1 AND programme_id = ANY ($2::uuid[])
       ORDER BY programme_id FOR SHARE`,
      [tenantId, ids],
    );
  }

  /** What others are to be told of the programme, whose row the caller has locked. */
  async nextSnapshot(
    tx: EntityManager,
    tenantId: string,
    programmeId: string,
  ): Promise<StoredSnapshot<ProgrammeSnapshot>> {
    const [rows]: [(ProgrammeSnapshot & { revision: string })[], number] = await tx.query(
      `UPDATE programme SET snapshot_revision = snapshot_revision + 1
       WHERE tenant_id = $1 AND programme_id = $2
       RETURNING ${columns}, removed, snapshot_revision AS revision`,
      [tenantId, programmeId],
    );
    const [told] = rows;
    if (told === undefined) throw new Error(`programme ${programmeId} is not here`);
    const { revision, ...data } = told;
    return { revision: Number(revision), data };
  }

  /** Whether one of these accounts has the programme. */
  async isOf(
    tx: EntityManager,
    tenantId: string,
    programmeId: string,
    partnerIds: readonly string[],
  ): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      `SELECT 1 FROM programme
       WHERE tenant_id = $1 AND programme_id = $2 AND partner_id = ANY ($3::uuid[]) AND NOT removed`,
      [tenantId, programmeId, partnerIds],
    );
    return rows.length > 0;
  }

  /** Programmes of these accounts, in the order of their ids. */
  list(
    tx: EntityManager,
    tenantId: string,
    partnerIds: readonly string[],
    { after, limit }: PageBounds,
  ): Promise<ProgrammeView[]> {
    return tx.query(
      `SELECT ${columns} FROM programme
       WHERE tenant_id = $1 AND partner_id = ANY ($2::uuid[]) AND ($3::uuid IS NULL OR programme_id > $3)
         AND NOT removed
       ORDER BY programme_id LIMIT $4`,
      [tenantId, partnerIds, after, limit],
    );
  }
}

const knownProgramme = `
  SELECT programme_id AS "programmeId", partner_id AS "partnerId", removed,
         ARRAY(SELECT level ->> 'levelId' FROM jsonb_array_elements(levels) AS level) AS "levelIds"
  FROM programme`;
