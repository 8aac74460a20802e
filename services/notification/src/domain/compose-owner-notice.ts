import type { AddonUsedUp } from '#contracts';

/**
 * Tells an owner that a coupon was refused for want of the account's add-on units.
 * @param couponName undefined = its text has not arrived
 */
export function composeOwnerNotice(
  couponName: string | undefined,
  { wanted, left }: Pick<AddonUsedUp, 'wanted' | 'left'>,
): string {
  const what = couponName === undefined ? 'A coupon of yours' : `Your coupon “${couponName}”`;
  const { resource, units } = wanted;
  return (
    `${what} could not be redeemed: it takes ${units} ${resource}, and your account has ${left} left. ` +
    'It is refused until you buy more.'
  );
}
