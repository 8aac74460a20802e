import type { ImageView } from '#contracts';
import { type Principal, ProblemError, TenantDatabase } from '#platform';
import { Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { keysOf } from './domain/renditions.js';
import { ImageAddresses } from './image-addresses.js';
import { RenderImage } from './render-image.js';
import { ImageFiles } from './store/image-files.js';
import { ImageStore, type StoredImage } from './store/image.store.js';

/** Part of every hash: raise it when renditions are made differently, as addresses promise to keep their content. */
const RECIPE = 1;

@Injectable()
export class UploadImage {
  constructor(
    private readonly database: TenantDatabase,
    private readonly images: ImageStore,
    private readonly files: ImageFiles,
    private readonly renderImage: RenderImage,
    private readonly addresses: ImageAddresses,
  ) {}

  /** The same bytes give the same image, so it can be sent again. */
  async run({ tenantId }: Principal, bytes: Buffer): Promise<ImageView> {
    // With the tenant: nobody learns, or depends on, what others have uploaded.
    const hash = createHash('sha256').update(`${RECIPE}:${tenantId}:`).update(bytes).digest('hex');
    const known = await this.database.read(tenantId, (tx) => this.images.findByHash(tx, tenantId, hash));
    // Files that are lost come back with the next upload.
    if (known !== null && (await this.files.hasAll(keysOf(hash)))) {
      const kept = await this.lease(tenantId, hash);
      if (kept !== null) return this.view(kept);
    }
    return this.view(await this.add(tenantId, hash, bytes));
  }

  async read({ tenantId }: Principal, imageId: string): Promise<ImageView> {
    const image = await this.database.read(tenantId, (tx) => this.images.find(tx, tenantId, imageId));
    if (image === null) throw new ProblemError('image_not_found');
    return this.view(image);
  }

  private async add(tenantId: string, hash: string, bytes: Buffer): Promise<StoredImage> {
    const { width, height, files } = await this.renderImage.run(bytes);
    // Before the first file: should we die from here on, the check finds what we left.
    await this.lease(tenantId, hash);
    await Promise.all(
      files.map((file) => this.files.put(`${hash}/${file.rendition.file}`, file.bytes, file.rendition.type)),
    );
    const image = { imageId: uuidv7(), hash, width, height };
    return this.database.transaction(tenantId, (tx) => this.images.insert(tx, tenantId, image));
  }

  private lease(tenantId: string, hash: string): Promise<StoredImage | null> {
    return this.database.transaction(tenantId, (tx) => this.images.lease(tx, tenantId, hash));
  }

  private view({ imageId, hash, width, height, createdAt }: StoredImage): ImageView {
    return { imageId, width, height, ...this.addresses.of(hash), createdAt: createdAt.toISOString() };
  }
}
