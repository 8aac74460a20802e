/** D4. */
export const mostBytes = 5_000_000;
export const mostPixels = 40_000_000;
export const leastSize = { width: 640, height: 360 } as const;

export interface Rendition {
  readonly width: number;
  readonly height: number;
  readonly format: 'webp' | 'jpeg';
  readonly type: 'image/webp' | 'image/jpeg';
  readonly file: string;
}

/** What is kept of every image, widest first: 16:9, each width in the format that browsers like and in one that all read. */
export const renditions: readonly Rendition[] = [1280, 640, 320].flatMap((width): Rendition[] => {
  const height = (width * 9) / 16;
  return [
    { width, height, format: 'webp', type: 'image/webp', file: `${width}.webp` },
    { width, height, format: 'jpeg', type: 'image/jpeg', file: `${width}.jpg` },
  ];
});

/** What is kept of the image with that hash. */
export function keysOf(hash: string): string[] {
  return renditions.map(({ file }) => `${hash}/${file}`);
}

export function isTooSmall({ width, height }: { width: number; height: number }): boolean {
  return width < leastSize.width || height < leastSize.height;
}
