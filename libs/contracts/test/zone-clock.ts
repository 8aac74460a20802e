/**
 * A zone's clock by `Intl` alone, without Temporal: what windows are checked against. Milliseconds throughout; a local
 * time is written as the UTC instant that reads the same.
 */
export class ZoneClock {
  /** Segments of one offset each, in order: `[start, offset]`. */
  private readonly segments: [start: number, offset: number][];

  constructor(
    readonly timeZone: string,
    span: { from: number; to: number },
  ) {
    this.segments = segmentsOf(timeZone, span);
  }

  /** Instants at which the offset changes. */
  get transitions(): number[] {
    return this.segments.slice(1).map(([start]) => start);
  }

  /** Equal for zones whose clocks show the same, always. */
  get fingerprint(): string {
    return JSON.stringify(this.segments);
  }

  localAt(at: number): number {
    return at + (this.segments.findLast(([start]) => start <= at)?.[1] ?? NaN);
  }

  /** Every instant at which the clock shows `local`: none in a gap, two in an overlap. */
  instantsOf(local: number): number[] {
    return this.segments.flatMap(([start, offset], index) => {
      const at = local - offset;
      return at >= start && at < (this.segments[index + 1]?.[0] ?? Infinity) ? [at] : [];
    });
  }

  /** The first instant at which the clock shows more than `local`, which is in a gap. */
  afterGap(local: number): number {
    return this.segments.find(([start, offset]) => start + offset > local)?.[0] ?? NaN;
  }
}

const DAY = 86_400_000;

/** No zone changes its offset twice within three days, so a look every three days sees each change. */
function segmentsOf(timeZone: string, { from, to }: { from: number; to: number }): [number, number][] {
  const format = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset', day: 'numeric' });
  const offsetAt = (at: number) => offsetIn(format.format(at));
  let latest = offsetAt(from);
  const segments: [number, number][] = [[-Infinity, latest]];
  for (let at = from; at < to; at += 3 * DAY) {
    const offset = offsetAt(at + 3 * DAY);
    if (offset !== latest)
      segments.push([bisect(at, at + 3 * DAY, (probe) => offsetAt(probe) === offset), offset]);
    latest = offset;
  }
  return segments;
}

/** The first whole second in `(low, high]` of which `holds` is true. */
function bisect(low: number, high: number, holds: (at: number) => boolean): number {
  let [before, after] = [low / 1000, high / 1000];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (holds(middle * 1000)) after = middle;
    else before = middle;
  }
  return after * 1000;
}

/** '22, GMT-03:30' in milliseconds. */
function offsetIn(text: string): number {
  const [, sign, hours = '0', minutes = '0', seconds = '0'] =
    /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text) ?? [];
  const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -offset : offset;
}
