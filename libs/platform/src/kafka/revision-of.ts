import type { Envelope } from '#contracts';

/** Facts about state carry a revision; one without cannot be ordered, so it goes to the dead letters. */
export function revisionOf({ revision, subject }: Envelope): number {
  if (revision === undefined) throw new Error(`the fact about ${subject} carries no ce_revision`);
  return revision;
}
