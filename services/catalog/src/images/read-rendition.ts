import { ProblemError } from '#platform';
import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { renditions } from './domain/renditions.js';
import { ImageFiles } from './store/image-files.js';

@Injectable()
export class ReadRendition {
  constructor(private readonly files: ImageFiles) {}

  /** Only names that we gave reach the storage. @throws ProblemError image_not_found */
  async run(hash: string, file: string): Promise<{ bytes: Readable; size: number; type: string }> {
    const rendition = renditions.find((one) => one.file === file);
    const found = rendition && (await this.files.get(`${hash}/${file}`));
    if (!found) throw new ProblemError('image_not_found');
    return { ...found, type: rendition.type };
  }
}
