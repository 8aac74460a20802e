import { nameOfCoupon, nameOfRequest, type World } from './scenario.js';
import { blame, type Entry, type State, type Verdict } from './state.js';

/** No accepted request is ever told a refusal, and no refusal is a lie. */
export function tellRefusal(state: State, world: World, entry: Entry, verdict: Verdict): void {
  const { request } = entry;
  if (state.db.redemptions.some((one) => one.request === request))
    return blame(state, `${nameOfRequest(world, request)} was accepted, and its retry is told "${verdict}"`);
  for (const tx of state.transactions) {
    if (tx.kind === 'redeem' && tx.subject === request && tx.verdict === 'accepted') tx.overtaken = true;
  }
  const row = state.db.coupons[world.requests[request]?.coupon ?? 0];
  if (verdict === 'sold_out' && row?.finished === false)
    blame(
      state,
      `${nameOfRequest(world, request)} is told "sold_out" of ${nameOfCoupon(world, 0)}, which is not`,
    );
}

/** Every retry of an accepted request is told of the same redemption. */
export function tell(state: State, request: number, redemption: number): void {
  const before = state.told[request];
  if (before !== null && before !== redemption) blame(state, 'a retry was told of another redemption');
  state.told[request] = redemption;
}
