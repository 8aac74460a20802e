import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NoSuchKey,
  NotFound,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { ImageFiles } from './image-files.js';

export interface S3Settings {
  readonly bucket: string;
  readonly region: string;
  /** Unset = Amazon's own for the region. */
  readonly endpoint: string | undefined;
  /** Unset = as the SDK finds them: the pod's role, the instance's profile. */
  readonly credentials: { accessKeyId: string; secretAccessKey: string } | undefined;
}

const CONNECT_MS = 2_000;
const ANSWER_MS = 10_000;

/** A bucket of any object storage that speaks S3. */
export class S3Files extends ImageFiles {
  private readonly client: S3Client;

  constructor(private readonly settings: S3Settings) {
    super();
    const { region, endpoint, credentials } = settings;
    this.client = new S3Client({
      region,
      // By path: storages of one's own seldom have a name per bucket.
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      ...(credentials && { credentials }),
      maxAttempts: 3,
      requestHandler: {
        connectionTimeout: CONNECT_MS,
        requestTimeout: ANSWER_MS,
        throwOnRequestTimeout: true,
      },
    });
  }

  async put(key: string, bytes: Buffer, type: string): Promise<void> {
    const what = { Key: key, Body: bytes, ContentType: type, ContentLength: bytes.length };
    await this.client.send(new PutObjectCommand({ Bucket: this.settings.bucket, ...what }));
  }

  async get(key: string): Promise<{ bytes: Readable; size: number } | null> {
    try {
      const found = await this.client.send(new GetObjectCommand({ Bucket: this.settings.bucket, Key: key }));
      if (!(found.Body instanceof Readable)) throw new Error(`object ${key} has no body`);
      return { bytes: found.Body, size: found.ContentLength ?? 0 };
    } catch (error) {
      if (error instanceof NoSuchKey) return null;
      throw error;
    }
  }

  protected async has(key: string): Promise<boolean> {
    try {
      await this.client.send(new HeadObjectCommand({ Bucket: this.settings.bucket, Key: key }));
      return true;
    } catch (error) {
      // An answer to HEAD has no body that could name the key.
      if (error instanceof NotFound) return false;
      throw error;
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    const { Errors: errors = [] } = await this.client.send(
      new DeleteObjectsCommand({
        Bucket: this.settings.bucket,
        Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true },
      }),
    );
    if (errors.length > 0)
      throw new Error(`${errors.length} objects stay: ${errors[0]?.Code} ${errors[0]?.Key}`);
  }

  close(): void {
    this.client.destroy();
  }
}
