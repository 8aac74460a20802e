import { PlatformConfig, Shutdown } from '#platform';
import { Module } from '@nestjs/common';
import { CatalogConfig, type CatalogConfigValues } from '../config.js';
import { ImagesController } from './http/images.controller.js';
import { RemoveUnusedImagesJob } from './jobs/remove-unused-images.job.js';
import { ImageAddresses } from './image-addresses.js';
import { LookAtImage } from './look-at-image.js';
import { ReadRendition } from './read-rendition.js';
import { RemoveUnusedImages } from './remove-unused-images.js';
import { RenderImage } from './render-image.js';
import { configuredFiles } from './store/configured-files.js';
import { ImageFiles } from './store/image-files.js';
import { ImageStore } from './store/image.store.js';
import { UploadImage } from './upload-image.js';

@Module({
  controllers: [ImagesController],
  providers: [
    { provide: CatalogConfig, useExisting: PlatformConfig },
    { provide: ImageFiles, useFactory: openFiles, inject: [CatalogConfig, Shutdown] },
    ImageAddresses,
    ImageStore,
    LookAtImage,
    ReadRendition,
    RemoveUnusedImages,
    RemoveUnusedImagesJob,
    RenderImage,
    UploadImage,
  ],
  exports: [ImageAddresses, ImageStore, LookAtImage],
})
export class ImagesModule {}

function openFiles(config: CatalogConfigValues, shutdown: Shutdown): ImageFiles {
  const files = configuredFiles(config);
  shutdown.register('connections', 'storage of images', async () => files.close());
  return files;
}
