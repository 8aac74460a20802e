let plain: Promise<Uint8Array<ArrayBuffer>> | undefined;

/** A PNG of the least size that coupons take; plain, so that its renditions are made quickly. */
export function aPicture(): Promise<Uint8Array<ArrayBuffer>> {
  plain ??= draw();
  return plain;
}

async function draw(): Promise<Uint8Array<ArrayBuffer>> {
  // Only where it is needed: most tests need no image library.
  const { default: sharp } = await import('sharp');
  const create = { width: 640, height: 360, channels: 3, background: '#7a5230' } as const;
  return new Uint8Array(await sharp({ create }).png().toBuffer());
}
