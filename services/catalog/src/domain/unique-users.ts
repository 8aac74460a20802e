/** A use of a coupon as redemption tells it, with how many uses the user has after it, voided ones not counted. */
export type UseFact =
  | { readonly name: 'redeemed'; readonly data: { readonly userRedemptions: number } }
  | { readonly name: 'voided'; readonly data: { readonly userRedemptions: number } };

/**
 * What a fact adds to the number of different people who redeemed: a first use one more, a void of the last use one less.
 * Sums do not ask for an order, so facts may come in any; each may come into effect once only.
 */
export function uniqueUsersChange({ name, data: { userRedemptions } }: UseFact): -1 | 0 | 1 {
  if (name === 'redeemed') return userRedemptions === 1 ? 1 : 0;
  return userRedemptions === 0 ? -1 : 0;
}
