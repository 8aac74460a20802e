import type { CouponStep, FieldError } from '#contracts';
import { circleThrough, toldCircle } from './auto-circle.js';
import type { Coupon } from './coupon.js';
import { problemsToPublish } from './publish-checks.js';
import type { Surroundings } from './surroundings.js';

/** U4: nobody but the tenant shows a coupon to all its users. */
export function actionToGoOut({ audience }: Pick<Coupon, 'audience'>): 'publish' | 'submit' {
  return audience === 'everyone' ? 'submit' : 'publish';
}

/** The wrong action of the two for this audience, as the field to mend. */
export function problemsOfWay(coupon: Coupon, action: 'publish' | 'submit'): FieldError[] {
  if (action === actionToGoOut(coupon)) return [];
  const message =
    action === 'publish'
      ? 'everyone: needs the approval of the tenant; submit the coupon, or publish it for followers'
      : 'followers: needs no approval; publish the coupon';
  return [{ pointer: '/audience', message }];
}

/** What keeps a draft from going out by the action that its audience asks for, each with the step that mends it. */
export function missing(
  coupon: Coupon,
  around: Surroundings,
  now: Date,
): (FieldError & { step: CouponStep })[] {
  const circle = circleThrough(coupon, around.autoCoupons);
  const errors = [
    ...problemsToPublish(coupon, around, now),
    ...(circle ? [{ pointer: '/bonus', message: toldCircle(circle) }] : []),
  ];
  return errors
    .map((error) => ({ ...error, step: stepOf(error) }))
    .sort((one, other) => steps.indexOf(one.step) - steps.indexOf(other.step));
}

const steps: readonly CouponStep[] = ['details', 'timeframe', 'users'];

/** The step of the wizard that has the field. */
export function stepOf({ pointer }: Pick<FieldError, 'pointer'>): CouponStep {
  const field = pointer.split('/', 2)[1];
  if (field === 'startAt' || field === 'endAt' || field === 'recurrence') return 'timeframe';
  return field === 'audience' || field === 'levelIds' ? 'users' : 'details';
}
