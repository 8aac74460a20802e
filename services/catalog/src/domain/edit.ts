import type { ChangeCouponBody, CouponStep, FieldError } from '#contracts';
import type { Coupon } from './coupon.js';
import { instant } from './draft.js';
import { problemsOfDraft } from './draft-checks.js';
import { stepOf } from './going-out.js';
import { statusAt } from './life-cycle.js';
import { problemsAfterPublication } from './publish-checks.js';
import { accept, type Decision, refuse, stale } from './refusal.js';
import { same } from './same.js';

export interface CouponEdit {
  /** The version that the caller edited; null = whatever it is now. */
  readonly expectedVersion: number | null;
  readonly fields: ChangeCouponBody;
  /** Saved as this step of the wizard: what is wrong in others does not keep it from being saved. */
  readonly step?: CouponStep;
}

type Field = keyof ChangeCouponBody;

/** What stays editable while a coupon is out (L3). The trigger is not among it yet: its cost is taken over at publication. */
const whileOut = [
  'hideIfNotAvailable',
  'position',
  'maxRedemptionsPerUser',
  'timeLimit',
  'endAt',
] as const satisfies readonly Field[];

/** Those that the tenant has approved in a coupon for everyone (U4). */
const texts = ['name', 'description', 'redeemedMessage'] as const satisfies readonly Field[];

/** Which fields an owner may change in that state. */
function editable({ audience }: Coupon, status: Coupon['status']): readonly Field[] | 'all' {
  switch (status) {
    case 'draft':
      return 'all';
    case 'scheduled':
    case 'active':
    case 'disabled':
      return audience === 'everyone' ? whileOut : [...texts, ...whileOut];
    default:
      return [];
  }
}

/**
 * Decides an owner's edit. The coupon itself comes back where nothing differs: a repeated edit is answered as the
 * first was, though the version has moved on.
 */
export function edit(
  coupon: Coupon,
  { expectedVersion, fields, step }: CouponEdit,
  now: Date,
): Decision<Coupon> {
  const changed = withFields(coupon, fields);
  if (same(changed, coupon)) return accept(coupon);
  if (expectedVersion !== null && expectedVersion !== coupon.version)
    return stale('coupon', coupon, expectedVersion);
  const status = statusAt(coupon, now);
  const allowed = editable(coupon, status);
  const fixed = (Object.keys(fields) as Field[]).filter(
    (field) => allowed !== 'all' && !allowed.includes(field),
  );
  if (fixed.length > 0) return refuse({ code: 'wrong_state', detail: fixedIn(status, fixed, allowed) });
  const problems = status === 'draft' ? problemsOfDraft(changed, now) : problemsOut(coupon, changed, now);
  const errors = problems.filter((problem) => step === undefined || stepOf(problem) === step);
  if (errors.length > 0) return refuse({ code: 'invalid_request', errors });
  return accept({ ...changed, version: coupon.version + 1, editedAt: now });
}

function problemsOut(before: Coupon, after: Coupon, now: Date): FieldError[] {
  const limited = ({ maxRedemptionsPerUser, timeLimit }: Coupon) =>
    maxRedemptionsPerUser !== null || timeLimit !== null;
  // T2: a code may have been printed, which took one of the two. Whether, and under what cap, is redemption's to know.
  const unlimits = before.type === 'qr' && limited(before) && !limited(after);
  const message =
    'a QR coupon that is out keeps a cap per user or a time limit: its code may have been printed';
  return [
    ...problemsAfterPublication(after, now),
    ...(unlimits ? [{ pointer: '/maxRedemptionsPerUser', message }] : []),
  ];
}

function withFields(coupon: Coupon, { startAt, endAt, ...others }: ChangeCouponBody): Coupon {
  // JSON knows no undefined: a field is there with a value, or it is not there.
  const stated = others as Partial<Coupon>;
  return {
    ...coupon,
    ...stated,
    ...(startAt !== undefined && { startAt: instant(startAt) }),
    ...(endAt !== undefined && { endAt: instant(endAt) }),
  };
}

function fixedIn(
  status: Coupon['status'],
  fixed: readonly Field[],
  allowed: readonly Field[] | 'all',
): string {
  const possible = allowed.length > 0 ? `Can be changed: ${String(allowed)}.` : 'Nothing can be changed.';
  // Redemption owns the cap of a coupon that is out (D8).
  const asked = fixed.includes('maxRedemptions') && allowed.length > 0;
  const instead = asked ? ' Another total cap is asked for at /cap-requests.' : '';
  return `Cannot change ${fixed.join(', ')}: the coupon is ${status}. ${possible}${instead}`;
}
