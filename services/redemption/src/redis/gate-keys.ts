/** The two keys of a coupon's decisions; what stands in braces decides the slot, so they share one in a cluster. */
export function couponKeys(key: (name: string) => string, tenantId: string, couponId: string): string[] {
  const coupon = `redemption:${tenantId}:{c:${couponId}}`;
  return [key(`${coupon}:total`), key(`${coupon}:users`)];
}

/** Which epoch the totals of this Redis are written under, and which run of the server it was made for. */
export function epochKey(key: (name: string) => string): string {
  return key('redemption:epoch');
}
