import { ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import type { SeenImage } from '../domain/surroundings.js';
import { keysOf } from './domain/renditions.js';
import { ImageFiles } from './store/image-files.js';
import { ImageStore } from './store/image.store.js';

/** Thrown out of a transaction that cannot go on before the storage was asked for the image: nothing of it stays. */
export class ImageUnseen extends Error {
  constructor(readonly imageId: string) {
    super(`the storage was not asked for image ${imageId} yet`);
  }
}

@Injectable()
export class LookAtImage {
  constructor(
    private readonly database: TenantDatabase,
    private readonly images: ImageStore,
    private readonly files: ImageFiles,
  ) {}

  /**
   * Runs `work`, and where it throws ImageUnseen once more with what the storage has: the storage may be slow, so nothing
   * waits for it behind a lock, and what needs no image (an answer that is stored, a change that changes nothing) does
   * not ask it. The second run may find another image at the coupon: it is told by the id of the seen one.
   */
  async whenNeeded<T>(tenantId: string, work: (seen: SeenImage | null) => Promise<T>): Promise<T> {
    try {
      return await work(null);
    } catch (error) {
      if (!(error instanceof ImageUnseen)) throw error;
      return work(await this.see(tenantId, error.imageId));
    }
  }

  private async see(tenantId: string, imageId: string): Promise<SeenImage> {
    const image = await this.database.read(tenantId, (tx) => this.images.find(tx, tenantId, imageId));
    return {
      imageId,
      isKnown: image !== null,
      isWhole: image !== null && (await this.files.hasAll(keysOf(image.hash))),
    };
  }
}

/** @throws ProblemError image_not_found unless a coupon can take it */
export function refuseUnusable({ isKnown, isWhole }: SeenImage): void {
  if (!isKnown) throw noImage('is not an image of this tenant');
  if (!isWhole) throw noImage('is not in the storage any more; upload the image once more');
}

export function noImage(message: string): ProblemError {
  return new ProblemError('image_not_found', { errors: [{ pointer: '/imageId', message }] });
}
