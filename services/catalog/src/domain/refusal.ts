import type { FieldError, ProblemCode } from '#contracts';

/** An expected "no", with what the caller needs to mend it. */
export interface Refusal {
  readonly code: Extract<
    ProblemCode,
    'invalid_request' | 'wrong_state' | 'missing_to_publish' | 'version_conflict' | 'auto_coupons_in_a_circle'
  >;
  readonly detail?: string;
  readonly errors?: readonly FieldError[];
  /** version_conflict: both versions, so that the caller can mend without reading first. */
  readonly versions?: { readonly expected: number; readonly current: number };
}

export type Decision<Accepted> =
  | { readonly accepted: true; readonly value: Accepted }
  | { readonly accepted: false; readonly refusal: Refusal };

export function accept<Accepted>(value: Accepted): Decision<Accepted> {
  return { accepted: true, value };
}

export function refuse(refusal: Refusal): Decision<never> {
  return { accepted: false, refusal };
}

/** The change was made from another version of the thing than the one it is at. */
export function stale(what: string, { version }: { version: number }, expected: number): Decision<never> {
  return refuse({
    code: 'version_conflict',
    versions: { expected, current: version },
    detail: `The change was made from version ${expected}; the ${what} is at version ${version}.`,
  });
}
