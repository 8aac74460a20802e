import type { ProblemCode } from '#contracts';

export type ImageRefusal = Extract<ProblemCode, `image_${string}`>;

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];

/**
 * Why these bytes are not given to a decoder at all; null = PNG, JPEG or WebP by their first bytes. Names and content
 * types do not count: they are whatever the sender says.
 */
export function refusalOfContent(bytes: Uint8Array): ImageRefusal | null {
  if (startsWith(bytes, PNG) || startsWith(bytes, JPEG) || isWebp(bytes)) return null;
  const text = new TextDecoder().decode(bytes.subarray(0, 4096));
  return /^\s*</.test(text) && /<svg[\s>:]/i.test(text) ? 'image_is_svg' : 'image_type_unsupported';
}

function isWebp(bytes: Uint8Array): boolean {
  const ascii = (from: number): string => String.fromCharCode(...bytes.subarray(from, from + 4));
  return ascii(0) === 'RIFF' && ascii(8) === 'WEBP';
}

function startsWith(bytes: Uint8Array, first: readonly number[]): boolean {
  return first.every((byte, index) => bytes[index] === byte);
}
