import { type Call, isAccepted, isOpen } from './history.js';

export interface CouponFacts {
  couponId: string;
  redeemed: number;
  max: number | null;
  finished: boolean;
  perUserCap: number | null;
  cooldownMs: number | null;
}

export interface RedemptionFacts {
  redemptionId: string;
  couponId: string;
  userId: string;
  /** Milliseconds since 1970. */
  at: number;
  voided: boolean;
  /** Taken back after the coupon was finished, it goes on counting. */
  counts: boolean;
}

export interface EventFacts {
  name: string;
  eventId: string;
  subjectId: string;
  stock: { redeemed: number; max: number | null } | null;
}

/** What is left of a run once everything is quiet: the database, the topics, and what the clients saw. */
export interface Facts {
  coupons: readonly CouponFacts[];
  redemptions: readonly RedemptionFacts[];
  uses: readonly { couponId: string; userId: string; uses: number }[];
  /** Per user and point name: the stored balance and the sum of the ledger. */
  purses: readonly { userId: string; pointNameId: string; balance: number; ledger: number }[];
  /** Redemptions whose price or bonus was not booked exactly once, or not taken back with them. */
  wrongBookings: readonly { redemptionId: string; userId: string; says: string }[];
  /** As read from the topics, copies included. `stock`: what the fact says was left then. */
  events: readonly EventFacts[];
  calls: readonly Call[];
  /** The database's clock was moved: instants of clients and of redemptions say nothing about each other. */
  clockWasMoved: boolean;
}

/** What is wrong, and which calls belong to it. */
export interface Violation {
  what: string;
  concerns(call: Call): boolean;
}

type Check = (facts: Facts) => Violation[];

export function violationsIn(facts: Facts): Violation[] {
  return checks.flatMap((check) => check(facts));
}

const capHolds: Check = ({ coupons, redemptions }) =>
  coupons.flatMap(({ couponId, redeemed, max }) => {
    const standing = redemptions.filter((one) => one.couponId === couponId && one.counts).length;
    const ofCoupon = (call: Call): boolean => call.couponId === couponId;
    return [
      ...wrong(max !== null && redeemed > max, `${redeemed} of ${max} units are redeemed`, ofCoupon),
      ...wrong(redeemed !== standing, `redeemed says ${redeemed}, ${standing} redemptions stand`, ofCoupon),
    ];
  });

const usesAgree: Check = ({ uses, redemptions }) =>
  uses.flatMap(({ couponId, userId, uses: counted }) => {
    const standing = redemptions.filter(
      (one) => one.couponId === couponId && one.userId === userId && !one.voided,
    ).length;
    return wrong(
      counted !== standing,
      `uses say ${counted}, ${standing} redemptions of this user stand`,
      (call) => isOf(call, couponId, userId),
    );
  });

const userLimitsHold: Check = ({ coupons, redemptions }) =>
  [...Map.groupBy(redemptions, ({ couponId, userId }) => `${couponId} ${userId}`).values()].flatMap((all) => {
    const mine = all.filter(({ voided }) => !voided).sort((a, b) => a.at - b.at);
    const [{ couponId = '', userId = '' } = {}] = mine;
    const { perUserCap = null, cooldownMs = null } = coupons.find((one) => one.couponId === couponId) ?? {};
    const concerns = (call: Call): boolean => isOf(call, couponId, userId);
    const tooSoon = mine.some(({ at }, nth) => nth > 0 && at - (mine[nth - 1]?.at ?? 0) < (cooldownMs ?? 0));
    return [
      ...wrong(
        perUserCap !== null && mine.length > perUserCap,
        `${mine.length} redemptions of ${perUserCap}`,
        concerns,
      ),
      ...wrong(tooSoon, `two redemptions closer than ${cooldownMs} ms`, concerns),
    ];
  });

/** Every accepted answer has exactly one redemption, and every redemption was told to whoever asked last. */
const answersAgree: Check = ({ calls, redemptions }) => {
  const known = new Map(redemptions.map((one) => [one.redemptionId, one]));
  const told = new Set<string>();
  const byKey = [...Map.groupBy(calls, ({ key }) => key).values()].flatMap((ofKey) => {
    const accepted = ofKey.filter(isAccepted);
    const ids = new Set(accepted.map(({ redemptionId }) => redemptionId ?? ''));
    for (const id of ids) told.add(id);
    const concerns = ({ key }: Call): boolean => key === ofKey[0]?.key;
    const lost = accepted.find((call) => {
      const redemption = known.get(call.redemptionId ?? '');
      return redemption === undefined || !isOf(call, redemption.couponId, redemption.userId);
    });
    return [
      ...wrong(ids.size > 1, `one key was told of ${ids.size} redemptions`, concerns),
      ...wrong(lost !== undefined, 'an accepted answer has no redemption', concerns),
    ];
  });
  const untold = redemptions.filter(({ redemptionId }) => !told.has(redemptionId));
  return [
    ...byKey,
    ...untold.flatMap(({ redemptionId, couponId, userId }) =>
      wrong(true, `nobody was told of redemption ${redemptionId}: it was made twice, or for nobody`, (call) =>
        isOf(call, couponId, userId),
      ),
    ),
  ];
};

/** Whoever asks after the acceptance hears of it: from the first answer on, and from the decision's own instant on. */
const nobodyWasToldNo: Check = ({ calls, redemptions, clockWasMoved }) => {
  const decidedAt = new Map(redemptions.map(({ redemptionId, at }) => [redemptionId, at]));
  return [...Map.groupBy(calls, ({ key }) => key).values()].flatMap((ofKey) => {
    const accepted = ofKey.filter(isAccepted);
    if (accepted.length === 0) return [];
    const firstAnswer = Math.min(...accepted.map(({ answered }) => answered));
    const decided = decidedAt.get(accepted[0]?.redemptionId ?? '') ?? Infinity;
    const since = clockWasMoved ? firstAnswer : Math.min(firstAnswer, decided);
    const late = ofKey.find(
      (call) => !isOpen(call) && !isAccepted(call) && call.body === accepted[0]?.body && call.sent > since,
    );
    return wrong(
      late !== undefined,
      `accepted, and then told "${late?.code}"`,
      ({ key }) => key === ofKey[0]?.key,
    );
  });
};

const everyFactIsTold: Check = ({ coupons, redemptions, events }) => {
  const told = (name: string, subjectId: string): number =>
    new Set(
      events.filter((one) => one.name === name && one.subjectId === subjectId).map(({ eventId }) => eventId),
    ).size;
  return [
    ...redemptions.flatMap(({ redemptionId, couponId, userId, voided }) => [
      ...wrong(
        told('redeemed', redemptionId) !== 1,
        `${told('redeemed', redemptionId)} redeemed events`,
        (call) => isOf(call, couponId, userId),
      ),
      ...wrong(told('voided', redemptionId) !== (voided ? 1 : 0), 'voided events and voids differ', (call) =>
        isOf(call, couponId, userId),
      ),
    ]),
    ...coupons.flatMap(({ couponId, finished }) =>
      wrong(
        told('coupon-exhausted', couponId) !== (finished ? 1 : 0),
        `${told('coupon-exhausted', couponId)} exhausted events of a coupon that is ${finished ? '' : 'not '}finished`,
        (call) => call.couponId === couponId,
      ),
    ),
  ];
};

const pursesAgree: Check = ({ purses }) =>
  purses.flatMap(({ userId, balance, ledger }) => {
    const concerns = (call: Call): boolean => call.userId === userId;
    return [
      ...wrong(balance < 0, `a balance of ${balance}`, concerns),
      ...wrong(balance !== ledger, `a balance of ${balance} with a ledger of ${ledger}`, concerns),
    ];
  });

const bookedOnce: Check = ({ wrongBookings }) =>
  wrongBookings.flatMap(({ redemptionId, userId, says }) =>
    wrong(true, `redemption ${redemptionId}: ${says}`, (call) => call.userId === userId),
  );

/** Also while caps go up and down: no fact ever told of more than there was. */
const neverMoreThanThereWas: Check = ({ events }) =>
  events.flatMap(({ name, stock }) =>
    wrong(
      stock !== null && stock.max !== null && stock.redeemed > stock.max,
      `a ${name} event tells of ${stock?.redeemed} of ${stock?.max}`,
      () => true,
    ),
  );

const checks: readonly Check[] = [
  neverMoreThanThereWas,
  bookedOnce,
  capHolds,
  usesAgree,
  userLimitsHold,
  answersAgree,
  nobodyWasToldNo,
  everyFactIsTold,
  pursesAgree,
];

function wrong(isWrong: boolean, what: string, concerns: (call: Call) => boolean): Violation[] {
  return isWrong ? [{ what, concerns }] : [];
}

function isOf(call: Call, couponId: string, userId: string): boolean {
  return call.couponId === couponId && call.userId === userId;
}
