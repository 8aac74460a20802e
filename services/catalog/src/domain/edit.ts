import { type ChangeCouponBody, type CouponStep, type FieldError, guardedField } from '#contracts';
import type { Coupon } from './coupon.js';
import { instant } from './draft.js';
import { problemsOfDraft } from './draft-checks.js';
import { stepOf } from './going-out.js';
import { isOut, statusAt } from './life-cycle.js';
import { problemsAfterPublication } from './publish-checks.js';
import { problemsOfLevels } from './publish-rules/levels.js';
import { notOffered } from './publish-rules/references.js';
import { accept, type Decision, refuse, stale } from './refusal.js';
import { asProposed, withGuardedAside } from './revision.js';
import { same } from './same.js';
import type { KnownProgramme, KnownTrigger } from './surroundings.js';

export interface CouponEdit {
  /** The version that the caller edited; null = whatever it is now. */
  readonly expectedVersion: number | null;
  readonly fields: ChangeCouponBody;
  /** Saved as this step of the wizard: what is wrong in others does not keep it from being saved. */
  readonly step?: CouponStep;
  /** The coupon's, where the edit is about levels; else none. */
  readonly programmes?: readonly KnownProgramme[];
  /** The one that `fields` names, held; null = none is known by that id, or none is named. */
  readonly trigger: KnownTrigger | null;
  /** Account of the coupon's channel. */
  readonly partnerId: string;
}

type Field = keyof ChangeCouponBody;

/** What stays editable while a coupon is out (L3); the guarded fields of one for everyone by a revision (U4). */
const whileOut: readonly Field[] = [
  ...guardedField.options,
  'hideIfNotAvailable',
  'position',
  'levelIds',
  'maxRedemptionsPerUser',
  'timeLimit',
  'endAt',
];

/**
 * Decides an owner's edit of the coupon as it is shown: with the total cap that holds. The coupon itself comes back where nothing differs: a repeated edit is answered as the
 * first was, though the version has moved on.
 */
export function edit(coupon: Coupon, wanted: CouponEdit, now: Date): Decision<Coupon> {
  const { expectedVersion, fields } = wanted;
  const before = asProposed(coupon);
  const changed = withFields(before, fields);
  const differing = (Object.keys(fields) as Field[]).filter((field) => !same(changed[field], before[field]));
  if (differing.length === 0) return accept(coupon);
  if (expectedVersion !== null && expectedVersion !== coupon.version)
    return stale('coupon', coupon, expectedVersion);
  const status = statusAt(coupon, now);
  if (status === 'draft') return editOfDraft(coupon, changed, wanted, now);
  const fixed = differing.filter((field) => !isOut(status) || !whileOut.includes(field));
  return fixed.length > 0 ? locked(status, fixed) : editWhileOut(coupon, changed, wanted, now);
}

function editOfDraft(coupon: Coupon, changed: Coupon, { step }: CouponEdit, now: Date): Decision<Coupon> {
  const problems = problemsOfDraft(changed, now);
  const errors = problems.filter((problem) => step === undefined || stepOf(problem) === step);
  return saved(coupon, changed, errors, now);
}

function editWhileOut(
  coupon: Coupon,
  changed: Coupon,
  { trigger, partnerId, programmes = [] }: CouponEdit,
  now: Date,
): Decision<Coupon> {
  const after = coupon.audience === 'everyone' ? withGuardedAside(coupon, changed, now) : changed;
  // What is out must be fit to be out, now and with all that is pending, whichever step is saved. What it lacked before,
  // published when less was asked for, keeps nobody from changing anything else.
  const known = [coupon, asProposed(coupon)].flatMap((each) => problemsAfterPublication(each, now));
  const errors = [after, asProposed(after)]
    .flatMap((each) => problemsOut(coupon, each, { trigger, partnerId, programmes }, now))
    .filter((one, at, all) => all.findIndex((other) => same(one, other)) === at)
    .filter((one) => !known.some((other) => same(one, other)));
  const triggerCost = after.triggerId === coupon.triggerId ? coupon.triggerCost : (trigger?.cost ?? null);
  return saved(coupon, { ...after, triggerCost }, errors, now);
}

function saved(coupon: Coupon, after: Coupon, errors: readonly FieldError[], now: Date): Decision<Coupon> {
  if (errors.length > 0) return refuse({ code: 'invalid_request', errors });
  return accept({ ...after, version: coupon.version + 1, editedAt: now });
}

function problemsOut(
  before: Coupon,
  after: Coupon,
  { trigger, partnerId, programmes }: Required<Pick<CouponEdit, 'trigger' | 'partnerId' | 'programmes'>>,
  now: Date,
): FieldError[] {
  const pendingBefore = asProposed(before).triggerId;
  // One that was withdrawn from the list meanwhile keeps no other field from being edited.
  const isNew = after.triggerId !== before.triggerId && after.triggerId !== pendingBefore;
  return [
    ...problemsAfterPublication(after, now),
    ...problemsOfPrint(before, after),
    ...(same(before.levelIds, after.levelIds) ? [] : problemsOfNewLevels(after, programmes)),
    ...(isNew ? notOffered(after.triggerId, trigger, partnerId) : []),
  ];
}

/** T2: a code may have been printed, under a cap or a trigger that asks for a limit; redemption knows whether. */
function problemsOfPrint(before: Coupon, after: Coupon): FieldError[] {
  const limited = ({ maxRedemptionsPerUser, timeLimit }: Coupon) =>
    maxRedemptionsPerUser !== null || timeLimit !== null;
  if (after.type !== 'qr' || limited(after)) return [];
  // What cannot be used up and sets nothing off may hang on a wall without a limit.
  if (after.triggerId === null && after.maxRedemptions === null) return [];
  if (limited(before)) {
    const message =
      'a QR coupon that is out keeps a cap per user or a time limit: its code may have been printed';
    return [{ pointer: '/maxRedemptionsPerUser', message }];
  }
  if (after.triggerId === null || before.triggerId !== null) return [];
  const message =
    'a QR coupon that is out needs a cap per user or a time limit first: its code may have been printed';
  return [{ pointer: '/triggerId', message }];
}

/** A level that the programme has lost meanwhile keeps nobody from changing anything else. */
function problemsOfNewLevels(after: Coupon, programmes: readonly KnownProgramme[]): FieldError[] {
  const message = 'was published for all levels; archive it and publish a duplicate that is limited';
  if (after.availability === 'rule' && after.levelIds.length > 0) return [{ pointer: '/levelIds', message }];
  return problemsOfLevels(after, programmes);
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

function locked(status: Coupon['status'], fixed: readonly Field[]): Decision<never> {
  const possible = isOut(status) ? `Can be changed: ${whileOut.join(', ')}.` : 'Nothing can be changed.';
  // Redemption owns the cap of a coupon that is out (D8).
  const instead =
    fixed.includes('maxRedemptions') && isOut(status)
      ? ' Another total cap is asked for at /cap-requests.'
      : '';
  return refuse({
    code: 'wrong_state',
    detail: `Cannot change ${fixed.join(', ')}: the coupon is ${status}. ${possible}${instead}`,
    errors: fixed.map((field) => ({ pointer: `/${field}`, message: `cannot be changed while ${status}` })),
  });
}
