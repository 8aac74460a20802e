import { hash } from 'node:crypto';

/** JSON with object keys in order: two bodies that say the same give the same text. undefined gives the empty text. */
export function canonicalJson(value: unknown): string {
  return value === undefined ? '' : JSON.stringify(value, inKeyOrder);
}

function inKeyOrder(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  // fromEntries defines properties, so a key named __proto__ stays a plain key; integer-like keys order themselves alike
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** SHA-256 of the canonical JSON, hex. */
export function bodyHash(body: unknown): string {
  return hash('sha256', canonicalJson(body), 'hex');
}
