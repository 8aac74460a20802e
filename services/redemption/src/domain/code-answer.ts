import type { ProblemCode } from '#contracts';
import type { RedeemAnswer } from './answer.js';

/** Every way in which a code is refused before the rules are asked; each is a code of the public problem table. */
export const codeRefusalCodes = [
  'code_malformed',
  'code_invalid',
  'code_wrong_scanner',
  'store_not_allowed',
] as const satisfies readonly ProblemCode[];
export type CodeRefusalCode = (typeof codeRefusalCodes)[number];

/** What somebody who scanned a code is told. */
export type CodeAnswer =
  | RedeemAnswer
  | { readonly kind: 'code_refused'; readonly code: CodeRefusalCode; readonly detail: string }
  /** Too many codes that were not genuine. */
  | { readonly kind: 'too_many_failures'; readonly retryAfterSeconds: number };

export function codeRefused(code: CodeRefusalCode, detail: string): CodeAnswer {
  return { kind: 'code_refused', code, detail };
}
