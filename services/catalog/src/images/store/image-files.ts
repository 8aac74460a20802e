import type { Readable } from 'node:stream';

/** Where renditions lie, by `<hash>/<file>`. Injection token. */
export abstract class ImageFiles {
  /** Writes or overwrites; what is read meanwhile is the one or the other, never half of it. */
  abstract put(key: string, bytes: Buffer, type: string): Promise<void>;
  /** null when there is none. */
  abstract get(key: string): Promise<{ bytes: Readable; size: number } | null>;
  protected abstract has(key: string): Promise<boolean>;

  async hasAll(keys: readonly string[]): Promise<boolean> {
    return (await Promise.all(keys.map((key) => this.has(key)))).every(Boolean);
  }

  /** Those that are not there count as removed. */
  abstract remove(keys: readonly string[]): Promise<void>;
  abstract close(): void;
}
