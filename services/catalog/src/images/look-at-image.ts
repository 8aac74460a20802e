import { ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import type { SeenImage } from '../domain/surroundings.js';
import { keysOf } from './domain/renditions.js';
import { ImageFiles } from './store/image-files.js';
import { ImageStore } from './store/image.store.js';

@Injectable()
export class LookAtImage {
  constructor(
    private readonly database: TenantDatabase,
    private readonly images: ImageStore,
    private readonly files: ImageFiles,
  ) {}

  /** For use outside transactions: the storage may be slow, and nothing shall wait for it behind a lock. */
  async ofCoupon(tenantId: string, couponId: string): Promise<SeenImage | null> {
    const image = await this.database.read(tenantId, (tx) => this.images.ofCoupon(tx, tenantId, couponId));
    return image && { imageId: image.imageId, isWhole: await this.files.hasAll(keysOf(image.hash)) };
  }

  /**
   * Before a coupon takes the image.
   * @throws ProblemError image_not_found
   */
  async refuseUnusable(tenantId: string, imageId: string): Promise<void> {
    const image = await this.database.read(tenantId, (tx) => this.images.find(tx, tenantId, imageId));
    if (image === null) throw noImage('is not an image of this tenant');
    if (!(await this.files.hasAll(keysOf(image.hash))))
      throw noImage('is not in the storage any more; upload the image once more');
  }
}

export function noImage(message: string): ProblemError {
  return new ProblemError('image_not_found', { errors: [{ pointer: '/imageId', message }] });
}
