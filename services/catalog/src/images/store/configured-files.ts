import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CatalogConfigValues } from '../../config.js';
import { FolderFiles } from './folder-files.js';
import type { ImageFiles } from './image-files.js';
import { S3Files } from './s3-files.js';

/** The storage that the configuration names: a bucket, else a folder, which production does not start with. */
export function configuredFiles(config: CatalogConfigValues): ImageFiles {
  const {
    CATALOG_S3_BUCKET: bucket,
    CATALOG_S3_ACCESS_KEY_ID: id,
    CATALOG_S3_SECRET_ACCESS_KEY: secret,
  } = config;
  if (bucket === undefined)
    return new FolderFiles(config.CATALOG_IMAGES_FOLDER ?? join(tmpdir(), 'octopus-coupons-images'));
  return new S3Files({
    bucket,
    region: config.CATALOG_S3_REGION,
    endpoint: config.CATALOG_S3_ENDPOINT,
    credentials:
      id !== undefined && secret !== undefined ? { accessKeyId: id, secretAccessKey: secret } : undefined,
  });
}
