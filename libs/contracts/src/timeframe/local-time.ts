import { Temporal } from './temporal.js';

/** The instant that a local time means, in milliseconds since 1970, and whether the clock showed it once. */
export interface LocalInstant {
  readonly at: number;
  /** `gap`: never, a clock change (or a skipped day) leaps over it. `overlap`: twice. */
  readonly shown: 'once' | 'gap' | 'overlap';
}

/**
 * A window is never shortened in an overlap: an opening takes the earlier of two instants, a closing the later. In a
 * gap both take the first valid instant after it, so a window that lies wholly inside is empty. (Temporal's own
 * `compatible` would instead move a time in a gap on by the gap's length.)
 */
export function resolveLocal(
  local: Temporal.PlainDateTime,
  timeZone: string,
  side: 'opening' | 'closing',
): LocalInstant {
  const earlier = local.toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  const later = local.toZonedDateTime(timeZone, { disambiguation: 'later' });
  if (earlier.epochMilliseconds === later.epochMilliseconds)
    return { at: earlier.epochMilliseconds, shown: 'once' };
  if (earlier.toPlainDateTime().equals(local))
    return { at: (side === 'opening' ? earlier : later).epochMilliseconds, shown: 'overlap' };
  // In a gap, `earlier` is an instant before it and `later` one at or after its end: the change lies between.
  const afterGap = earlier.getTimeZoneTransition('next') ?? later;
  return { at: afterGap.epochMilliseconds, shown: 'gap' };
}

/** An instant as a zone's clock shows it, with the offset, which tells the two of an overlap apart. */
export function localTime(at: string, timeZone: string): string {
  return Temporal.Instant.from(at).toString({ timeZone, smallestUnit: 'second' });
}
