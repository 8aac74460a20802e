import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type EvidenceView, evidenceView, type Problem } from '#contracts';
import { newId, type TestClaims } from '#testkit';
import { type Cafe, CodeWorld, said } from '../../test/code-world.js';

let codes: CodeWorld;
let cafe: Cafe;
beforeAll(async () => {
  codes = await CodeWorld.start();
  cafe = await codes.cafe();
});
afterEach(() => codes.thaw());
afterAll(() => codes?.stop());

/** A time-based coupon pressed at the counter. */
async function pressed() {
  const coupon = await codes.coupon(cafe, { type: 'time_based', name: 'Happy hour' });
  const user = await codes.user(coupon);
  const reply = await codes.world.redeem(codes.points.replica, {
    couponId: coupon.couponId,
    userId: user.sub,
  });
  expect(reply.status).toBe(201);
  const { redemptionId, redeemedAt, evidence } = reply.body;
  return { coupon, user, redemptionId, redeemedAt, token: evidence?.token ?? '', evidence };
}

async function shown(user: TestClaims, token: string): Promise<EvidenceView | string> {
  const response = await codes.get(user, `evidence/${token}`);
  const body = (await response.json()) as EvidenceView & Problem;
  return response.ok ? body : body.code;
}

describe('GET /v1/evidence/{token}', () => {
  it('shows the redemption to its user, with the time that is left', async () => {
    const { coupon, user, redemptionId, redeemedAt, token, evidence } = await pressed();
    const shownUntil = new Date(Date.parse(redeemedAt) + 180_000).toISOString();
    expect(evidence).toEqual({ token, shownUntil });
    const view = await shown(user, token);
    expect(evidenceView.parse(view)).toMatchObject({
      redemptionId,
      couponId: coupon.couponId,
      couponName: 'Happy hour',
      userId: user.sub,
      redeemedAt,
      shownUntil,
    });
  });

  it('survives a reload, another process, and the coupon’s end', async () => {
    const { coupon, user, token } = await pressed();
    const before = await shown(user, token);
    await codes.world.snapshot({ ...coupon, version: 9, status: 'finished', finishedReason: 'archived' });
    const restarted = await codes.world.replica();
    const response = await codes.get(user, `evidence/${token}`, restarted);
    const after = (await response.json()) as EvidenceView;
    expect({ ...after, serverTime: '' }).toEqual({ ...(before as EvidenceView), serverTime: '' });
    await restarted.stop();
  });

  it('ends 180 seconds after the commit, on the database’s clock', async () => {
    const { user, redeemedAt, token } = await pressed();
    await codes.freeze(Date.parse(redeemedAt) + 179_999);
    expect(await shown(user, token)).toMatchObject({ serverTime: new Date(codes.now).toISOString() });
    await codes.freeze(Date.parse(redeemedAt) + 180_000);
    expect(await shown(user, token)).toBe('evidence_expired');
  });

  it('is nobody else’s', async () => {
    const { user, token } = await pressed();
    expect(await shown({ ...user, sub: newId() }, token)).toBe('evidence_not_found');
    expect(await shown({ ...user, tenant: newId() }, token)).toBe('evidence_not_found');
  });

  it('is not shown for a made-up token, nor for a redemption that was taken back', async () => {
    const { user, redemptionId, token } = await pressed();
    const forged = `${token.slice(0, 50)}${token.endsWith('A') ? 'Q' : 'A'}`;
    expect(await shown(user, forged)).toBe('evidence_not_found');
    expect(await shown(user, 'A'.repeat(51))).toBe('evidence_not_found');
    expect(await shown(user, 'short')).toBe('invalid_request');
    expect(said(await codes.send(cafe.cashier, `redemptions/${redemptionId}/void`))).toBe(200);
    expect(await shown(user, token)).toBe('evidence_not_found');
  });
});
