import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';

export interface StoredImage {
  readonly imageId: string;
  readonly hash: string;
  readonly width: number;
  readonly height: number;
  readonly createdAt: Date;
}

export interface DueCheck {
  readonly tenantId: string;
  readonly hash: string;
}

/** How long an image that no coupon uses is kept after its upload: an owner may come back to the page tomorrow. */
const GRACE = "interval '24 hours'";

/** How long somebody may have uploaded the same bytes for another draft, and not saved it yet. */
const PAGE_OPEN = "interval '1 hour'";

const columns = 'image_id AS "imageId", hash, width, height, created_at AS "createdAt"';

@Injectable()
export class ImageStore {
  /**
   * From here on nobody removes files or row of this hash for the time of grace. Waits for a removal under way, after
   * which there is no row.
   */
  async lease(tx: EntityManager, tenantId: string, hash: string): Promise<StoredImage | null> {
    await tx.query(
      `INSERT INTO image_check (hash, tenant_id, due_at) VALUES ($1, $2, octopus_now() + ${GRACE})
       ON CONFLICT (hash) DO UPDATE SET due_at = excluded.due_at, uploaded_at = octopus_now()`,
      [hash, tenantId],
    );
    return this.findByHash(tx, tenantId, hash);
  }

  /** The one that is there already where somebody else was quicker with the same bytes. */
  async insert(
    tx: EntityManager,
    tenantId: string,
    image: Omit<StoredImage, 'createdAt'>,
  ): Promise<StoredImage> {
    await tx.query(
      `INSERT INTO image (tenant_id, image_id, hash, width, height) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (tenant_id, hash) DO NOTHING`,
      [tenantId, image.imageId, image.hash, image.width, image.height],
    );
    const stored = await this.findByHash(tx, tenantId, image.hash);
    if (stored === null) throw new Error(`image ${image.hash} is gone under its lease`);
    return stored;
  }

  async find(tx: EntityManager, tenantId: string, imageId: string): Promise<StoredImage | null> {
    const rows: StoredImage[] = await tx.query(
      `SELECT ${columns} FROM image WHERE tenant_id = $1 AND image_id = $2`,
      [tenantId, imageId],
    );
    return rows[0] ?? null;
  }

  /** Is it there, and will it be until the transaction ends? */
  async hold(tx: EntityManager, tenantId: string, imageId: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      'SELECT 1 FROM image WHERE tenant_id = $1 AND image_id = $2 FOR KEY SHARE',
      [tenantId, imageId],
    );
    return rows.length > 0;
  }

  /** Of all tenants, the longest due first. */
  due(tx: EntityManager, limit: number): Promise<DueCheck[]> {
    return tx.query(
      `SELECT tenant_id AS "tenantId", hash FROM image_check WHERE due_at <= octopus_now() ORDER BY due_at LIMIT $1`,
      [limit],
    );
  }

  /** false where somebody else looks at it now, or an upload has leased it meanwhile. */
  async lockCheck(tx: EntityManager, hash: string): Promise<boolean> {
    const rows: unknown[] = await tx.query(
      'SELECT 1 FROM image_check WHERE hash = $1 AND due_at <= octopus_now() FOR UPDATE SKIP LOCKED',
      [hash],
    );
    return rows.length > 0;
  }

  /** Under `lockCheck`. @returns whether there is none now */
  async removeUnused(tx: EntityManager, tenantId: string, hash: string): Promise<boolean> {
    // First the lock, then the look: a coupon that takes the image meanwhile holds it, and is seen once it has committed.
    await tx.query('SELECT 1 FROM image WHERE tenant_id = $1 AND hash = $2 FOR UPDATE', [tenantId, hash]);
    await tx.query(
      `DELETE FROM image i WHERE tenant_id = $1 AND hash = $2
         AND NOT EXISTS (SELECT 1 FROM coupon c WHERE c.tenant_id = $1 AND c.image_id = i.image_id)
         AND NOT EXISTS (SELECT 1 FROM coupon c WHERE c.tenant_id = $1 AND c.pending_image_id = i.image_id)`,
      [tenantId, hash],
    );
    return (await this.findByHash(tx, tenantId, hash)) === null;
  }

  /** The coupon that had it is deleted: others may have it still, or be about to take it. */
  async checkSoon(tx: EntityManager, tenantId: string, imageId: string): Promise<void> {
    await tx.query(
      `UPDATE image_check SET due_at = least(due_at, greatest(octopus_now(), uploaded_at + ${PAGE_OPEN}))
       WHERE hash = (SELECT hash FROM image WHERE tenant_id = $1 AND image_id = $2)`,
      [tenantId, imageId],
    );
  }

  async checkLater(tx: EntityManager, hash: string): Promise<void> {
    await tx.query(`UPDATE image_check SET due_at = octopus_now() + ${GRACE} WHERE hash = $1`, [hash]);
  }

  async endChecks(tx: EntityManager, hash: string): Promise<void> {
    await tx.query('DELETE FROM image_check WHERE hash = $1', [hash]);
  }

  async findByHash(tx: EntityManager, tenantId: string, hash: string): Promise<StoredImage | null> {
    const rows: StoredImage[] = await tx.query(
      `SELECT ${columns} FROM image WHERE tenant_id = $1 AND hash = $2`,
      [tenantId, hash],
    );
    return rows[0] ?? null;
  }
}
