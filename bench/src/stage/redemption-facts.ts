import { newId, type TestFact, type TestNamespace } from '#testkit';

const TOPIC = 'redemption.redemption.v1';
const COUPONS = 50;
const USERS = 20_000;
const TILLS = 20;

/** So many redemptions of one tenant, of a few dozen coupons with a price, at some tills, as redemption tells them. */
export async function tellRedemptions(
  namespace: TestNamespace,
  tenantId: string,
  count: number,
): Promise<void> {
  const ids = (length: number): string[] => Array.from({ length }, () => newId());
  const [couponIds, userIds, cashierIds] = [ids(COUPONS), ids(USERS), ids(TILLS)];
  const [channelId, partnerId, storeId, pointNameId] = ids(4) as [string, string, string, string];
  const at = new Date().toISOString();
  const factOf = (index: number): Omit<TestFact<typeof TOPIC>, 'topic'> => {
    const redemptionId = newId();
    return {
      name: 'redeemed',
      tenantId,
      key: redemptionId,
      subject: `redemption/${redemptionId}`,
      data: {
        redemptionId,
        couponId: couponIds[index % COUPONS] ?? '',
        couponVersion: 2,
        couponType: 'qr',
        channelId,
        userId: userIds[(index * 7) % USERS] ?? '',
        redeemedAt: at,
        userRedemptions: 1,
        stock: { redeemed: index + 1, max: null, finished: false, revision: index + 1 },
        method: 'pass',
        partnerId,
        storeId,
        cashierId: cashierIds[index % TILLS] ?? '',
        price: { pointNameId, amount: '100' },
        bonus: null,
        units: null,
        fulfilmentId: null,
      },
    };
  };
  const chunk = 5_000;
  for (let from = 0; from < count; from += chunk)
    await namespace.produceAll(
      TOPIC,
      Array.from({ length: Math.min(chunk, count - from) }, (_, index) => factOf(from + index)),
    );
}
