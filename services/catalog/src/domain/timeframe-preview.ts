import {
  durationSeconds,
  type FieldError,
  localTime,
  longestGap,
  type PreviewTimeframeBody,
  type Timeframe,
  type TimeframePreview,
  toRRule,
  windows,
} from '#contracts';
import type { Coupon } from './coupon.js';
import { instant } from './draft.js';
import { problemsOfDraft } from './draft-checks.js';
import { accept, type Decision, refuse } from './refusal.js';

const WINDOWS_SHOWN = 20;

type Shown = Pick<Coupon, 'couponId' | 'startAt' | 'endAt' | 'recurrence' | 'validity'>;

/**
 * What the timeframe comes to from now on, with fields that are not saved yet in place of the saved ones.
 * Refuses what saving them would refuse.
 */
export function previewOf(
  saved: Shown,
  fields: PreviewTimeframeBody,
  { timeZone, now }: { timeZone: string; now: Date },
): Decision<TimeframePreview> {
  const shown = withFields(saved, fields);
  const errors = problemsOfDraft({ ...shown, redeemedMessage: null, reminder: null }, now);
  if (errors.length > 0) return refuse({ code: 'invalid_request', errors });
  const timeframe: Timeframe = {
    startAt: shown.startAt?.toISOString() ?? null,
    endAt: shown.endAt?.toISOString() ?? null,
    timeZone,
    recurrence: shown.recurrence,
  };
  const listed = windows(timeframe, now.getTime(), WINDOWS_SHOWN);
  const icalendar = toRRule(timeframe, now.getTime());
  return accept({
    couponId: saved.couponId,
    timeZone,
    windows: listed.map((one) => ({ ...one, local: one.window && localTimes(one.window, timeZone) })),
    icalendar: icalendar === '' ? null : icalendar,
    warnings: warningsOf(shown, timeframe, now),
  });
}

function withFields(saved: Shown, { startAt, endAt, recurrence, validity }: PreviewTimeframeBody): Shown {
  return {
    ...saved,
    ...(startAt !== undefined && { startAt: instant(startAt) }),
    ...(endAt !== undefined && { endAt: instant(endAt) }),
    ...(recurrence !== undefined && { recurrence }),
    ...(validity !== undefined && { validity }),
  };
}

function warningsOf({ recurrence, validity }: Shown, timeframe: Timeframe, now: Date): FieldError[] {
  if (recurrence === null) return [];
  if (!windows(timeframe, now.getTime(), 1).some(({ window }) => window !== null))
    return [{ pointer: '/recurrence', message: 'has no window between the start and the end of the coupon' }];
  const gap = longestGap(timeframe, now.getTime());
  // D7: whoever is given it as a window closes may never find one open.
  if (validity === null || durationSeconds(validity) * 1000 >= gap) return [];
  const message = `is shorter than the longest gap between two windows (${inHours(gap)} hours): a coupon may run out unused`;
  return [{ pointer: '/validity', message }];
}

function inHours(milliseconds: number): number {
  return Math.ceil(milliseconds / 3_600_000);
}

type Times = NonNullable<TimeframePreview['windows'][number]['local']>;

function localTimes({ opensAt, closesAt }: Times, timeZone: string): Times {
  const local = (at: string | null) => at && localTime(at, timeZone);
  return { opensAt: local(opensAt), closesAt: local(closesAt) };
}
