/** What went back with a redemption. */
export interface Returned {
  readonly price: boolean;
  readonly bonus: boolean;
}

/**
 * No template of the owner's: the words are ours, and it never waits. Whoever stands at the counter shall read it at once.
 * @param couponName undefined = its text has not arrived
 */
export function composeVoidMessage(couponName: string | undefined, { price, bonus }: Returned): string {
  const what = couponName === undefined ? 'A coupon that you redeemed' : `Your redemption of “${couponName}”`;
  return [
    `${what} was taken back.`,
    ...(price ? ['The points that it cost are yours again.'] : []),
    ...(bonus ? ['The bonus points went back, too.'] : []),
  ].join(' ');
}
