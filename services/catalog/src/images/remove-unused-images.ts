import { TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { keysOf } from './domain/renditions.js';
import { ImageFiles } from './store/image-files.js';
import { type DueCheck, ImageStore } from './store/image.store.js';

const AT_A_TIME = 50;

@Injectable()
export class RemoveUnusedImages {
  constructor(
    private readonly database: TenantDatabase,
    private readonly images: ImageStore,
    private readonly files: ImageFiles,
  ) {}

  /**
   * Removes images that no coupon uses and whose time of grace is over, and files of uploads that died. Replicas may run
   * it side by side.
   * @returns how many images' files were removed
   */
  async run(mayGoOn: () => boolean = () => true): Promise<number> {
    const due = await this.database.acrossTenants((tx) => this.images.due(tx, AT_A_TIME));
    let removed = 0;
    for (const check of due) if (mayGoOn() && (await this.look(check))) removed += 1;
    return removed;
  }

  /** The row goes first, in a transaction of its own: files without a row do no harm, a row without files does. */
  private async look({ tenantId, hash }: DueCheck): Promise<boolean> {
    const gone = await this.database.transaction(tenantId, async (tx) => {
      if (!(await this.images.lockCheck(tx, hash))) return false;
      if (await this.images.removeUnused(tx, tenantId, hash)) return true;
      await this.images.checkLater(tx, hash);
      return false;
    });
    if (!gone) return false;
    return this.database.transaction(tenantId, async (tx) => {
      // An upload of the same bytes may have come between: its lease is newer.
      if (!(await this.images.lockCheck(tx, hash))) return false;
      // Uploads wait for this lock, so that no file is written that is then removed.
      await this.files.remove(keysOf(hash));
      await this.images.endChecks(tx, hash);
      return true;
    });
  }
}
