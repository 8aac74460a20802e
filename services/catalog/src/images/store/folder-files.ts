import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { ImageFiles } from './image-files.js';

/** A folder of this machine, for development: other replicas do not see it. */
export class FolderFiles extends ImageFiles {
  constructor(private readonly folder: string) {
    super();
  }

  async put(key: string, bytes: Buffer): Promise<void> {
    const file = join(this.folder, key);
    const part = `${file}.${randomUUID()}`;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(part, bytes);
    await rename(part, file);
  }

  async get(key: string): Promise<{ bytes: Readable; size: number } | null> {
    const file = await open(join(this.folder, key)).catch(noneWhereMissing);
    return file && { size: (await file.stat()).size, bytes: file.createReadStream() };
  }

  protected async has(key: string): Promise<boolean> {
    const found = await stat(join(this.folder, key)).catch(noneWhereMissing);
    return found !== null;
  }

  async remove(keys: readonly string[]): Promise<void> {
    await Promise.all(keys.map((key) => rm(join(this.folder, key), { force: true })));
  }

  close(): void {
    // Holds nothing open.
  }
}

function noneWhereMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
