import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PDFDocument } from '@cantoo/pdf-lib';
import {
  type CouponSnapshot,
  type Problem,
  type PrintedCodeView,
  printedCodeView,
  redemptionView,
  screenCodeView,
} from '#contracts';
import { eventually, newId } from '#testkit';
import { type Cafe, CodeWorld, said } from '../../test/code-world.js';
import type { Replica } from '../../test/redemption-world.js';

const STEP = 30_000;
const [first, second, third] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [string, string, string];

let codes: CodeWorld;
let other: Replica;
let cafe: Cafe;
beforeAll(async () => {
  codes = await CodeWorld.start({
    REDEMPTION_CODE_FAILURES: '100000',
    REDEMPTION_CODE_SECRET: first,
  });
  [other, cafe] = await Promise.all([codes.world.replica(), codes.cafe()]);
});
afterEach(() => codes.thaw());
afterAll(() => codes?.stop());

function print(coupon: CouponSnapshot, renew = false, key?: string, claims = cafe.owner) {
  const path = `coupons/${coupon.couponId}/printed-code`;
  return codes.send<PrintedCodeView>(claims, path, { renew }, key === undefined ? {} : { key });
}

describe('the printed code', () => {
  it('redeems for users who scan it, and belongs to no cashier', async () => {
    const coupon = await codes.coupon(cafe, { perUser: 1 });
    const { body } = await print(coupon);
    expect(printedCodeView.parse(body)).toMatchObject({ couponId: coupon.couponId, generation: 1 });
    for (const user of [await codes.user(coupon), await codes.user(coupon)]) {
      const reply = await codes.redeem(user, body.code);
      expect(redemptionView.parse(reply.body)).toMatchObject({ userId: user.sub, method: 'printed_code' });
      expect(said(await codes.redeem(user, body.code))).toBe('user_limit_reached');
    }
    const rows = await codes.world.rows('SELECT cashier_id, store_id FROM redemption WHERE coupon_id = $1', [
      coupon.couponId,
    ]);
    expect(rows).toEqual([
      { cashier_id: null, store_id: null },
      { cashier_id: null, store_id: null },
    ]);
  });

  it('stays the same until it is renewed; then the old one is withdrawn', async () => {
    const coupon = await codes.coupon(cafe);
    const user = await codes.user(coupon);
    const { body: old } = await print(coupon);
    expect((await print(coupon, false, undefined, cafe.cashier)).body).toEqual(old);
    const key = newId();
    const { body: renewed } = await print(coupon, true, key);
    expect(renewed).toMatchObject({ generation: 2 });
    const again = await print(coupon, true, key);
    expect([again.body, again.headers.get('idempotency-replayed')]).toEqual([renewed, 'true']);
    expect(said(await codes.redeem(user, old.code))).toBe('code_withdrawn');
    expect(said(await codes.redeem(user, renewed.code))).toBe(201);
  });

  it('tells a lost answer again, also when the code was renewed meanwhile', async () => {
    const coupon = await codes.coupon(cafe);
    const user = await codes.user(coupon);
    const { body } = await print(coupon);
    const key = newId();
    const given = await codes.redeem(user, body.code, { key });
    await print(coupon, true);
    const again = await codes.redeem(user, body.code, { key, replica: other });
    expect([again.status, again.body]).toEqual([201, given.body]);
  });

  it.each([
    ['a total cap', { max: 100 }, 'print_needs_limit'],
    ['a total cap and a cap per user', { max: 100, perUser: 2 }, 201],
    [
      'a total cap and a time limit',
      { terms: { maxRedemptions: 100, timeLimit: { amount: 1, unit: 'days' } } },
      201,
    ],
    ['a trigger', { terms: { trigger: { triggerId: newId(), cost: null } } }, 'print_needs_limit'],
    ['nothing that can be used up', {}, 201],
  ])('of a coupon with %s: %j', async (_, over, outcome) => {
    const coupon = await codes.coupon(cafe, over as never);
    const reply = await print(coupon);
    expect(said(reply)).toBe(outcome);
    const rows = await codes.world.rows('SELECT FROM printed_code WHERE coupon_id = $1', [coupon.couponId]);
    expect(rows).toHaveLength(outcome === 201 ? 1 : 0);
  });

  it('is for owners of the channel and cashiers of the account', async () => {
    const coupon = await codes.coupon(cafe);
    const theirs = await codes.cafe();
    await print(coupon);
    const asked = async (claims: Cafe['owner'], id = coupon.couponId) => {
      const posted = said(await codes.send<object>(claims, `coupons/${id}/printed-code`, {}));
      const files = await Promise.all(
        ['svg', 'png', 'pdf'].map(async (kind) => {
          const response = await codes.get(claims, `coupons/${id}/printed-code.${kind}`);
          return response.ok ? response.status : ((await response.json()) as Problem).code;
        }),
      );
      expect(files).toEqual([files[0], files[0], files[0]]);
      return [posted, files[0]];
    };
    expect(await asked(cafe.owner)).toEqual([201, 200]);
    expect(await asked(cafe.cashier)).toEqual([201, 200]);
    expect(await asked(theirs.owner)).toEqual(['coupon_not_found', 'coupon_not_found']);
    expect(await asked(theirs.cashier)).toEqual(['other_partner', 'other_partner']);
    expect(await asked({ ...cafe.cashier, store: theirs.storeId })).toEqual([
      'store_not_allowed',
      'store_not_allowed',
    ]);
    expect(await asked({ ...cafe.owner, tenant: newId() })).toEqual(['coupon_not_found', 'coupon_not_found']);
    expect(await asked(cafe.owner, newId())).toEqual(['coupon_not_found', 'coupon_not_found']);
    const click = await codes.coupon(cafe, { type: 'click' });
    expect(await asked(cafe.owner, click.couponId)).toEqual(['coupon_wrong_type', 'coupon_wrong_type']);
  });

  it('comes as SVG, PNG and a sheet of A4', async () => {
    const coupon = await codes.coupon(cafe, { name: 'Kava i čaj' });
    const path = `coupons/${coupon.couponId}/printed-code`;
    const missing = await codes.get(cafe.owner, `${path}.svg`);
    expect([missing.status, ((await missing.json()) as Problem).code]).toEqual([404, 'print_not_found']);
    await print(coupon);
    const file = async (kind: string) => {
      const response = await codes.get(cafe.owner, `${path}.${kind}`);
      const bytes = Buffer.from(await response.arrayBuffer());
      return {
        type: response.headers.get('content-type'),
        cache: response.headers.get('cache-control'),
        bytes,
      };
    };
    const [svg, png, pdf] = [await file('svg'), await file('png'), await file('pdf')];
    expect([svg.type, png.type, pdf.type]).toEqual(['image/svg+xml', 'image/png', 'application/pdf']);
    expect([svg.cache, png.cache, pdf.cache]).toEqual(['no-store', 'no-store', 'no-store']);
    expect(svg.bytes.toString()).toMatch(/^<svg /);
    expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
    expect((await PDFDocument.load(pdf.bytes)).getTitle()).toBe('Kava i čaj');
  });

  it('is decided on the coupon as it is when it is printed', async () => {
    const coupon = await codes.coupon(cafe);
    const finishing = await codes.world.database.ownerPool().connect();
    try {
      await finishing.query('BEGIN');
      await finishing.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [codes.tenantId]);
      await finishing.query(
        `UPDATE coupon SET status = 'finished', finished_reason = 'archived' WHERE coupon_id = $1`,
        [coupon.couponId],
      );
      let isAnswered = false;
      const printing = print(coupon).finally(() => (isAnswered = true));
      await eventually(async () => {
        const { rows } = await finishing.query(
          'SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))',
        );
        expect(isAnswered || rows.length > 0).toBe(true);
      });
      await finishing.query('COMMIT');
      expect(said(await printing)).toBe('coupon_finished');
    } finally {
      finishing.release();
    }
    expect(
      await codes.world.rows('SELECT FROM printed_code WHERE coupon_id = $1', [coupon.couponId]),
    ).toEqual([]);
  });

  it('of a finished coupon is not printed any more', async () => {
    const coupon = await codes.coupon(cafe, { status: 'finished', finishedReason: 'archived' });
    expect(said(await print(coupon))).toBe('coupon_finished');
  });
});

describe('what the Partner app shows', () => {
  it('redeems for many users, each time for the cashier who shows it', async () => {
    const coupon = await codes.coupon(cafe);
    const screen = screenCodeView.parse(await codes.screenOf(cafe.cashier, coupon.couponId));
    expect(screen).toMatchObject({ storeId: cafe.storeId, cashierId: cafe.cashierId, stepSeconds: 30 });
    const code = await codes.onScreen(screen);
    for (const user of [await codes.user(coupon), await codes.user(coupon)]) {
      const reply = await codes.redeem(user, code);
      expect(redemptionView.parse(reply.body)).toMatchObject({ userId: user.sub, method: 'screen_code' });
    }
    const rows = await codes.world.rows('SELECT cashier_id, store_id FROM redemption WHERE coupon_id = $1', [
      coupon.couponId,
    ]);
    const place = { cashier_id: cafe.cashierId, store_id: cafe.storeId };
    expect(rows).toEqual([place, place]);
  });

  it('is good one step before and after its own, and no later than its key', async () => {
    const coupon = await codes.coupon(cafe);
    const user = await codes.user(coupon);
    const screen = await codes.screenOf(cafe.cashier, coupon.couponId);
    const until = Date.parse(screen.validUntil);
    expect(until % STEP).toBe(0);
    expect(until - Date.parse(screen.serverTime)).toBeLessThanOrEqual(12 * 3_600_000);
    const at = async (ms: number, steps: number) => {
      await codes.freeze(ms);
      return said(await codes.redeem(user, await codes.onScreen(screen, steps)));
    };
    const start = Math.floor(Date.now() / STEP) * STEP;
    expect(await at(start, -2)).toBe('code_expired');
    expect(await at(start, 2)).toBe('code_ahead');
    expect(await at(start, -1)).toBe(201);
    expect(await at(start, 1)).toBe(201);
    expect(await at(until - STEP, 0)).toBe(201);
    expect(await at(until - STEP, 1)).toBe('code_expired');
    expect(await at(until, 0)).toBe('code_expired');
    expect(await at(until, -1)).toBe(201);
  });

  it('has a key of its own for each coupon, cashier, store and end', async () => {
    const coupon = await codes.coupon(cafe);
    const user = await codes.user(coupon);
    const screen = await codes.screenOf(cafe.cashier, coupon.couponId);
    for (const over of [
      { couponId: (await codes.coupon(cafe)).couponId },
      { cashierId: newId() },
      { storeId: newId() },
      { validUntil: new Date(Date.parse(screen.validUntil) + STEP).toISOString() },
    ])
      expect(said(await codes.redeem(user, await codes.onScreen({ ...screen, ...over })))).toBe(
        'code_invalid',
      );
  });

  it('is good as long as the cashier works there', async () => {
    const place = await codes.cafe();
    const coupon = await codes.coupon(place);
    const user = await codes.user(coupon);
    const screen = await codes.screenOf(place.cashier, coupon.couponId);
    const key = newId();
    const code = await codes.onScreen(screen);
    expect(said(await codes.redeem(user, code, { key }))).toBe(201);
    await codes.world.rows("UPDATE cashier SET store_ids = '{}' WHERE cashier_id = $1", [place.cashierId]);
    expect(said(await codes.redeem(user, code))).toBe('store_not_allowed');
    expect(said(await codes.redeem(user, code, { key, replica: other }))).toBe(201);
  });

  it('is not given to cashiers of others, nor for coupons of other kinds', async () => {
    const coupon = await codes.coupon(cafe);
    const click = await codes.coupon(cafe, { type: 'click' });
    const theirs = await codes.cafe();
    const asked = async (claims: Cafe['cashier'], { couponId }: { couponId: string }) =>
      said(await codes.send<object>(claims, `coupons/${couponId}/screen-code`));
    expect(await asked(theirs.cashier, coupon)).toBe('other_partner');
    expect(await asked({ ...cafe.cashier, store: theirs.storeId }, coupon)).toBe('store_not_allowed');
    expect(await asked(cafe.cashier, click)).toBe('coupon_wrong_type');
    expect(await asked(cafe.cashier, { couponId: newId() })).toBe('coupon_not_found');
    expect(await asked({ ...cafe.cashier, tenant: newId() }, coupon)).toBe('coupon_not_found');
  });

  it('of another tenant is not genuine', async () => {
    const coupon = await codes.coupon(cafe);
    const user = await codes.user(coupon);
    const code = await codes.onScreen(await codes.screenOf(cafe.cashier, coupon.couponId));
    const { body } = await print(coupon);
    for (const text of [code, body.code])
      expect(said(await codes.redeem({ ...user, tenant: newId() }, text))).toBe('code_invalid');
  });
});

describe('a new secret', () => {
  it('leaves the codes of the one before good, and no older ones', async () => {
    const coupon = await codes.coupon(cafe);
    const user = await codes.user(coupon);
    const pass = await codes.passOf(user, coupon.couponId);
    const { body: printed } = await print(coupon);
    const screen = await codes.onScreen(await codes.screenOf(cafe.cashier, coupon.couponId));
    const shown = await codes.shown(pass);
    const next = await codes.world.replica({
      REDEMPTION_CODE_SECRET: second,
      REDEMPTION_CODE_SECRET_BEFORE: first,
    });
    const later = await codes.world.replica({
      REDEMPTION_CODE_SECRET: third,
      REDEMPTION_CODE_SECRET_BEFORE: second,
    });
    for (const code of [printed.code, screen]) {
      expect(said(await codes.redeem(user, code, { replica: later }))).toBe('code_invalid');
      expect(said(await codes.redeem(user, code, { replica: next }))).toBe(201);
    }
    for (const text of [shown.code, shown.typed])
      expect(said(await codes.scan(cafe.cashier, text, { replica: later }))).toBe('code_invalid');
    expect(said(await codes.scan(cafe.cashier, shown.typed, { replica: next }))).toBe(201);
    expect(said(await codes.scan(cafe.cashier, shown.code, { replica: next }))).toBe('code_replayed');
    await Promise.all([next.stop(), later.stop()]);
  });
});

describe('guessing', () => {
  it('is answered 429 above the bound, whatever the code; what is accepted does not count', async () => {
    const careful = await codes.world.replica({ REDEMPTION_CODE_FAILURES: '3' });
    const coupon = await codes.coupon(cafe);
    const { body } = await print(coupon);
    const [guesser, user] = [await codes.user(coupon), await codes.user(coupon)];
    const tried = async (text: string) => codes.redeem(guesser, text, { replica: careful });
    const forged = `${body.code.slice(0, -1)}${body.code.endsWith('0') ? '1' : '0'}`;
    for (let n = 0; n < 5; n += 1)
      expect(said(await codes.redeem(user, body.code, { replica: careful }))).toBe(201);
    expect(said(await tried(forged))).toBe('code_invalid');
    expect(said(await tried('rubbish'))).toBe('code_malformed');
    expect(said(await tried(forged))).toBe('code_invalid');
    for (const text of [forged, 'rubbish', body.code]) {
      const reply = await tried(text);
      expect([said(reply), Number(reply.headers.get('retry-after')) > 500]).toEqual(['rate_limited', true]);
    }
    expect(said(await codes.redeem(user, body.code, { replica: careful }))).toBe(201);
    await careful.stop();
  });

  it('does not keep an accepted scan from being told again, nor does a secret that is gone', async () => {
    const careful = await codes.world.replica({ REDEMPTION_CODE_FAILURES: '1' });
    const later = await codes.world.replica({ REDEMPTION_CODE_SECRET: third });
    const coupon = await codes.coupon(cafe);
    const { body } = await print(coupon);
    const user = await codes.user(coupon);
    const key = newId();
    const given = await codes.redeem(user, body.code, { key, replica: careful });
    expect(said(given)).toBe(201);
    expect(said(await codes.redeem(user, 'rubbish', { replica: careful }))).toBe('code_malformed');
    expect(said(await codes.redeem(user, body.code, { replica: careful }))).toBe('rate_limited');
    for (const replica of [careful, later]) {
      const again = await codes.redeem(user, body.code, { key, replica });
      expect([again.status, again.body, again.headers.get('idempotency-replayed')]).toEqual([
        201,
        given.body,
        'true',
      ]);
    }
    expect(said(await codes.redeem(user, 'rubbish', { key, replica: careful }))).toBe(
      'idempotency_key_reused',
    );
    expect(await codes.world.countsOf(coupon.couponId)).toEqual({ redeemed: 1, redemptions: 1, uses: 1 });
    await Promise.all([careful.stop(), later.stop()]);
  });
});
