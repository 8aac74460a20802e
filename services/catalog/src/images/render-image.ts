import { ProblemError } from '#platform';
import { Injectable } from '@nestjs/common';
import sharp, { type Metadata, type Sharp } from 'sharp';
import { refusalOfContent } from './domain/content-type.js';
import { isTooSmall, mostPixels, type Rendition, renditions } from './domain/renditions.js';

export interface RenderedImage {
  readonly width: number;
  readonly height: number;
  readonly files: readonly { readonly rendition: Rendition; readonly bytes: Buffer }[];
}

/** At once; libvips works in libuv's threads, of which file system and DNS need some, too. */
const AT_ONCE = 2;
/** Waiting: each holds up to 5 MB. */
const MOST_WAITING = 16;

// One thread per image and nothing remembered: images differ, and the memory is better spent elsewhere.
sharp.concurrency(1);
sharp.cache(false);

/** Decodes what was uploaded and writes all renditions anew: nothing of the sender's file but its pixels is kept. */
@Injectable()
export class RenderImage {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** @throws ProblemError image_… when it cannot be one, overloaded when too many wait */
  async run(bytes: Buffer): Promise<RenderedImage> {
    const refusal = refusalOfContent(bytes);
    if (refusal !== null) throw new ProblemError(refusal);
    await this.begin();
    try {
      return await render(bytes);
    } finally {
      this.end();
    }
  }

  private async begin(): Promise<void> {
    if (this.running < AT_ONCE) {
      this.running += 1;
      return;
    }
    if (this.waiting.length >= MOST_WAITING)
      throw new ProblemError('overloaded', {
        detail: 'Many images are being decoded.',
        retryAfterSeconds: 2,
      });
    // Whoever ends hands its place over: nobody who comes later gets between.
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  private end(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running -= 1;
  }
}

async function render(bytes: Buffer): Promise<RenderedImage> {
  const size = sizeOf(await decoded(() => open(bytes).metadata()));
  if (isTooSmall(size))
    throw new ProblemError('image_too_small', { detail: `It is ${size.width} × ${size.height}.` });
  if (size.width * size.height > mostPixels)
    throw new ProblemError('image_too_many_pixels', { detail: `It is ${size.width} × ${size.height}.` });
  const files = [];
  for (const rendition of renditions)
    files.push({ rendition, bytes: await decoded(() => encode(open(bytes), rendition).toBuffer()) });
  return { ...size, files };
}

/** The limit of pixels holds for what the header says, before anything is unpacked. */
function open(bytes: Buffer): Sharp {
  return sharp(bytes, { failOn: 'error', limitInputPixels: mostPixels, sequentialRead: true });
}

/** As it is meant to be seen: a camera held upright notes a quarter turn. */
function sizeOf({ width, height, orientation = 1 }: Metadata): { width: number; height: number } {
  return orientation >= 5 ? { width: height, height: width } : { width, height };
}

function encode(image: Sharp, { width, height, format }: Rendition): Sharp {
  const fitted = image.autoOrient().resize({ width, height, fit: 'cover' });
  if (format === 'webp') return fitted.webp({ quality: 80 });
  return fitted.flatten({ background: '#ffffff' }).jpeg({ quality: 80, progressive: true });
}

async function decoded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const tooMany = cause instanceof Error && /pixel limit/i.test(cause.message);
    throw new ProblemError(tooMany ? 'image_too_many_pixels' : 'image_broken', {}, { cause });
  }
}
