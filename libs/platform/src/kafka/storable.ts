/** Nobody reads more than the beginning of what a stranger's record says. */
const MAX_LENGTH = 4_000;

/**
 * A text of a stranger's making as PostgreSQL keeps it, in text and in jsonb alike: both refuse NUL, jsonb also half
 * a surrogate pair, which the cut may leave.
 */
export function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').slice(0, MAX_LENGTH).toWellFormed();
}
