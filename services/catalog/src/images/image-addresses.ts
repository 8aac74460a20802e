import type { CouponImage } from '#contracts';
import { Injectable } from '@nestjs/common';
import { CatalogConfig } from '../config.js';
import { renditions } from './domain/renditions.js';

/** Where everybody finds the renditions of an image: under the address that is configured, by the image's hash. */
@Injectable()
export class ImageAddresses {
  constructor(private readonly config: CatalogConfig) {}

  of(hash: string): CouponImage {
    const at = `${this.config.CATALOG_IMAGES_URL}/${hash}`;
    return {
      renditions: renditions.map(({ width, height, type, file }) => ({
        width,
        height,
        type,
        url: `${at}/${file}`,
      })),
    };
  }
}
