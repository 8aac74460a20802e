import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { passView, type PassView, redemptionView } from '#contracts';
import { Clock } from '#platform';
import { stepAt } from '#qr-codes';
import { eventually, newId } from '#testkit';
import { GenuineCodes } from '../codes/genuine-codes.js';
import { type Cafe, CodeWorld, said } from '../../test/code-world.js';
import type { Replica } from '../../test/redemption-world.js';

const STEP = 30_000;

let codes: CodeWorld;
let other: Replica;
let cafe: Cafe;
beforeAll(async () => {
  codes = await CodeWorld.start({ REDEMPTION_CODE_FAILURES: '100000' });
  [other, cafe] = await Promise.all([codes.world.replica(), codes.cafe()]);
});
afterEach(() => codes.thaw());
afterAll(() => codes?.stop());

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString();
const schedule = (startAt: string | null, endAt: string | null) => ({ startAt, endAt });

describe('POST /v1/coupons/{couponId}/pass', () => {
  it('gives the device what it needs, for 30 days at most', async () => {
    const { couponId } = await codes.coupon(cafe);
    const user = await codes.user(await codes.coupon(cafe));
    const pass = passView.parse(await codes.passOf(user, couponId));
    expect(pass).toMatchObject({ couponId, userId: user.sub, stepSeconds: 30 });
    expect(Date.parse(pass.validUntil) - Date.parse(pass.serverTime)).toBe(30 * 86_400_000);
    expect(Math.abs(Date.parse(pass.serverTime) - Date.now())).toBeLessThan(60_000);
  });

  it('ends with the coupon', async () => {
    const coupon = await codes.coupon(cafe, { schedule: schedule(null, inDays(3)) });
    const pass = await codes.passOf(await codes.user(coupon), coupon.couponId);
    expect(Date.parse(pass.validUntil)).toBe(Date.parse(coupon.schedule.endAt ?? ''));
  });

  it('ends with the grant', async () => {
    const validity = { amount: 2, unit: 'days' as const };
    const coupon = await codes.coupon(cafe, {
      availability: 'grant',
      terms: { maxRedemptions: null, maxRedemptionsPerUser: null, validity },
    });
    const user = await codes.user(coupon);
    expect(said(await codes.send<object>(user, `coupons/${coupon.couponId}/pass`))).toBe('not_available');
    const availableAt = new Date(Date.now() - 3_600_000);
    await codes.world.rows(
      `INSERT INTO user_grant (tenant_id, coupon_id, user_id, grant_id, revision, available_at, revoked, hops)
       VALUES ($1, $2, $3, $4, 1, $5, false, 0)`,
      [codes.tenantId, coupon.couponId, user.sub, newId(), availableAt],
    );
    const pass = await codes.passOf(user, coupon.couponId);
    expect(Date.parse(pass.validUntil)).toBe(availableAt.getTime() + 2 * 86_400_000);
  });

  it('repeated with its key is the same pass, with the present time; the key is not stored', async () => {
    const coupon = await codes.coupon(cafe);
    const user = await codes.user(coupon);
    const key = newId();
    const path = `coupons/${coupon.couponId}/pass`;
    const first = await codes.send<Record<string, string>>(user, path, {}, { key });
    const again = await codes.send<Record<string, string>>(user, path, {}, { key, replica: other });
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect({ ...again.body, serverTime: '' }).toEqual({ ...first.body, serverTime: '' });
    expect(Date.parse(again.body['serverTime'] ?? '')).toBeGreaterThanOrEqual(
      Date.parse(first.body['serverTime'] ?? ''),
    );
    const stored = await codes.world.rows<{ body: object }>(
      'SELECT body FROM idempotency_key WHERE key = $1',
      [key],
    );
    expect(JSON.stringify(stored)).not.toContain(first.body['key']);
    const stranger = { ...user, device: newId() };
    expect(said(await codes.send<object>(stranger, path, {}, { key }))).toBe('idempotency_key_reused');
  });

  it('repeated after the pass has moved brings it back: a 201 always says that this device holds it', async () => {
    const coupon = await codes.coupon(cafe);
    const user = await codes.user(coupon);
    const key = newId();
    const path = `coupons/${coupon.couponId}/pass`;
    const first = await codes.send<PassView>(user, path, {}, { key });
    const moved = await codes.passOf({ ...user, device: newId() }, coupon.couponId);
    const again = await codes.send<PassView>(user, path, {}, { key });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(again.body).toMatchObject({ deviceTag: first.body.deviceTag, validUntil: first.body.validUntil });
    expect(said(await codes.scan(cafe.cashier, (await codes.shown(moved)).code))).toBe('code_other_device');
    expect(said(await codes.scan(cafe.cashier, (await codes.shown(again.body)).typed))).toBe(201);
  });

  it('repeated by its own device does not shorten a pass that was renewed since', async () => {
    const coupon = await codes.coupon(cafe);
    const user = await codes.user(coupon);
    const key = newId();
    const path = `coupons/${coupon.couponId}/pass`;
    await codes.send<PassView>(user, path, {}, { key });
    await codes.freeze(Date.now() + 86_400_000);
    const renewed = await codes.passOf(user, coupon.couponId);
    await codes.send<PassView>(user, path, {}, { key });
    expect(
      await codes.world.rows('SELECT valid_until FROM pass WHERE coupon_id = $1', [coupon.couponId]),
    ).toEqual([{ valid_until: new Date(renewed.validUntil) }]);
  });

  it('is refused for a coupon that is not of this kind, over, unknown, or not the user’s', async () => {
    const click = await codes.coupon(cafe, { type: 'click' });
    const ended = await codes.coupon(cafe, { schedule: schedule(null, inDays(-1)) });
    const archived = await codes.coupon(cafe, { status: 'finished', finishedReason: 'archived' });
    const open = await codes.coupon(cafe);
    const user = await codes.user(open);
    const stranger = { ...user, sub: newId() };
    const { device: _, ...phoneless } = user;
    const asked = async (claims: typeof phoneless, couponId: string) =>
      said(await codes.send<object>(claims, `coupons/${couponId}/pass`));
    expect(await asked(user, click.couponId)).toBe('coupon_wrong_type');
    expect(await asked(user, ended.couponId)).toBe('coupon_ended');
    expect(await asked(user, archived.couponId)).toBe('coupon_finished');
    expect(await asked(user, newId())).toBe('coupon_not_found');
    expect(await asked(stranger, open.couponId)).toBe('not_a_follower');
    expect(await asked(phoneless, open.couponId)).toBe('device_required');
    expect(await asked({ ...user, tenant: newId() }, open.couponId)).toBe('coupon_not_found');
    expect(await codes.world.rows('SELECT FROM pass WHERE user_id = $1', [user.sub])).toEqual([]);
  });

  it('may be fetched while the time limit runs', async () => {
    const coupon = await codes.coupon(cafe, {
      terms: { timeLimit: { amount: 1, unit: 'days' } } as never,
    });
    const user = await codes.user(coupon);
    const pass = await codes.passOf(user, coupon.couponId);
    expect(said(await codes.scan(cafe.cashier, (await codes.shown(pass)).code))).toBe(201);
    await codes.passOf(user, coupon.couponId);
  });
});

describe('POST /v1/scans', () => {
  const aPhone = async (over: Parameters<CodeWorld['coupon']>[1] = {}) => {
    const coupon = await codes.coupon(cafe, over);
    const user = await codes.user(coupon);
    return { coupon, user, pass: await codes.passOf(user, coupon.couponId) };
  };

  it('redeems what the phone shows, at the store of the cashier', async () => {
    const { coupon, user, pass } = await aPhone();
    const reply = await codes.scan(cafe.cashier, (await codes.shown(pass)).code);
    expect(redemptionView.parse(reply.body)).toMatchObject({
      couponId: coupon.couponId,
      userId: user.sub,
      method: 'pass',
    });
    const [row] = await codes.world.rows('SELECT * FROM redemption WHERE coupon_id = $1', [coupon.couponId]);
    expect(row).toMatchObject({
      cashier_id: cafe.cashierId,
      store_id: cafe.storeId,
      partner_id: cafe.partnerId,
    });
    const facts = await codes.world.namespace.collect('redemption.redemption.v1');
    await eventually(() => expect(facts.map(({ key }) => key)).toContain(reply.body.redemptionId));
  });

  it('takes the code typed by hand, however it is typed', async () => {
    const { pass } = await aPhone();
    const { typed } = await codes.shown(pass);
    const sloppy = ` ${typed.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'i')} `;
    expect(said(await codes.scan(cafe.cashier, sloppy))).toBe(201);
    expect(said(await codes.scan(cafe.cashier, (await codes.shown(pass)).code))).toBe('code_replayed');
  });

  it('knows one step either side of the present one, to the millisecond of the database’s clock', async () => {
    const { pass } = await aPhone();
    const step = stepAt(Date.now());
    const at = async (ms: number, steps: number) => {
      await codes.freeze(ms);
      const code = (await codes.shown(pass, step + steps - stepAt(ms))).code;
      return said(await codes.scan(cafe.cashier, code));
    };
    expect(await at((step + 2) * STEP, 0)).toBe('code_expired');
    expect(await at((step - 1) * STEP - 1, 0)).toBe('code_ahead');
    // The codes below are all used up by the first of them that is accepted.
    expect(await at((step + 2) * STEP - 1, 0)).toBe(201);
    const early = await aPhone();
    await codes.freeze((step - 1) * STEP);
    const ahead = (await codes.shown(early.pass, 1)).code;
    expect(said(await codes.scan(cafe.cashier, ahead))).toBe(201);
  });

  it('accepts each step once, never an earlier one, and nothing for 60 seconds', async () => {
    const { pass } = await aPhone();
    const start = stepAt(Date.now()) * STEP;
    const at = async (ms: number, steps = 0) => {
      await codes.freeze(start + ms);
      return codes.scan(cafe.cashier, (await codes.shown(pass, steps)).code);
    };
    expect(said(await at(0))).toBe(201);
    expect(said(await at(0))).toBe('code_replayed');
    expect(said(await at(0, -1))).toBe('code_replayed');
    const again = await at(30_000);
    expect(said(again)).toBe('scanned_just_now');
    expect(again.body.retryAt).toBe(new Date(start + 60_000).toISOString());
    expect(said(await at(59_999))).toBe('scanned_just_now');
    expect(said(await at(60_000))).toBe(201);
    expect(said(await at(120_000, -1))).toBe(201);
    expect(said(await at(180_000, -1))).toBe(201);
  });

  it('redeems once for 20 cashiers who scan one code at once, over two processes', async () => {
    const { coupon, pass } = await aPhone({ max: 100 });
    const { code } = await codes.shown(pass);
    const cashiers = Array.from({ length: 20 }, () => newId());
    await codes.world.rows(
      `INSERT INTO cashier (tenant_id, cashier_id, revision, partner_id, display_name, store_ids)
       SELECT $1, c, 1, $2, 'Ana', ARRAY[$3::uuid] FROM unnest($4::uuid[]) c`,
      [codes.tenantId, cafe.partnerId, cafe.storeId, cashiers],
    );
    const replies = await Promise.all(
      cashiers.map((sub, index) =>
        codes.scan({ ...cafe.cashier, sub }, code, index % 2 === 0 ? {} : { replica: other }),
      ),
    );
    const outcomes = replies.map(said);
    expect(outcomes.filter((outcome) => outcome === 201)).toHaveLength(1);
    const refused = new Set(outcomes.filter((outcome) => outcome !== 201));
    expect([...refused].every((one) => one === 'code_replayed' || one === 'rate_limited')).toBe(true);
    expect(await codes.world.countsOf(coupon.couponId)).toEqual({ redeemed: 1, redemptions: 1, uses: 1 });
  });

  it('tells a lost answer again for the same key, when the code is long over and the cashier gone', async () => {
    const { coupon, pass } = await aPhone();
    const { code } = await codes.shown(pass);
    const mine = await codes.cafe();
    const foreign = await codes.coupon(mine);
    const user = await codes.user(foreign);
    const theirs = (await codes.shown(await codes.passOf(user, foreign.couponId))).code;
    const key = newId();
    const first = await codes.scan(cafe.cashier, code, { key });
    const second = await codes.scan(mine.cashier, theirs, { key });
    expect([said(first), said(second)]).toEqual([201, 201]);
    await codes.world.snapshot({ ...coupon, version: 9, status: 'finished', finishedReason: 'archived' });
    await codes.world.rows('UPDATE cashier SET removed = true WHERE cashier_id = $1', [mine.cashierId]);
    await codes.freeze(Date.now() + 600_000);
    for (const [cashier, text, given] of [
      [cafe.cashier, code, first],
      [mine.cashier, theirs, second],
    ] as const) {
      const again = await codes.scan(cashier, text, { key, replica: other });
      expect([again.status, again.body]).toEqual([201, given.body]);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    }
    expect(said(await codes.scan(mine.cashier, theirs))).toBe('store_not_allowed');
    expect(said(await codes.scan(cafe.cashier, code))).toBe('coupon_finished');
    expect((await codes.world.countsOf(coupon.couponId)).redeemed).toBe(1);
  });

  it('tells a typed code again for the same key, when the pass has moved or two hours have gone by', async () => {
    const careful = await codes.world.replica({ REDEMPTION_CODE_FAILURES: '1' });
    const mine = await codes.cafe();
    const coupon = await codes.coupon(mine);
    const user = await codes.user(coupon);
    const [moved, old] = [
      await codes.passOf(user, coupon.couponId),
      await codes.passOf(await codes.user(coupon), coupon.couponId),
    ];
    const typed = await Promise.all([moved, old].map(async (pass) => (await codes.shown(pass)).typed));
    const [first = '', second = ''] = typed;
    const [key, other] = [newId(), newId()];
    const given = [
      await codes.scan(mine.cashier, first, { key }),
      await codes.scan(mine.cashier, second, { key: other }),
    ];
    expect(given.map(said)).toEqual([201, 201]);
    await codes.passOf({ ...user, device: newId() }, coupon.couponId);
    const retried = async (text: string, of: string) => {
      const { status, body, headers } = await codes.scan(mine.cashier, text, { key: of, replica: careful });
      return [status, body, headers.get('idempotency-replayed')];
    };
    expect(await retried(first, key)).toEqual([201, given[0]?.body, 'true']);
    // Two hours later for the look-up of typed codes only: tokens last less long.
    const inTwoHours = { now: () => new Date(Date.now() + 2 * 3_600_000) };
    const presentClock = careful.app.get(Clock);
    Object.assign(careful.app.get(GenuineCodes), { clock: inTwoHours });
    expect(await retried(second, other)).toEqual([201, given[1]?.body, 'true']);
    Object.assign(careful.app.get(GenuineCodes), { clock: presentClock });
    // Another body under the key is another request; no code of these was a guess.
    expect(said(await codes.scan(mine.cashier, first, { key: other, replica: careful }))).toBe(
      'idempotency_key_reused',
    );
    expect(said(await codes.scan(mine.cashier, first, { replica: careful }))).toBe('code_invalid');
    expect(said(await codes.scan(mine.cashier, first, { replica: careful }))).toBe('rate_limited');
    expect(await retried(first, key)).toEqual([201, given[0]?.body, 'true']);
    const { store: _s, ...storeless } = mine.cashier;
    const scanned = (await codes.shown(await codes.passOf(await codes.user(coupon), coupon.couponId))).code;
    const kept = newId();
    expect(said(await codes.scan(mine.cashier, scanned, { key: kept }))).toBe(201);
    expect(said(await codes.scan(storeless, scanned, { key: kept }))).toBe(201);
    await careful.stop();
  });

  it('goes by the device that fetched the pass last, and what was used up stays used up', async () => {
    const { coupon, user, pass } = await aPhone();
    const start = stepAt(Date.now()) * STEP;
    await codes.freeze(start);
    expect(said(await codes.scan(cafe.cashier, (await codes.shown(pass)).code))).toBe(201);
    const moved = await codes.passOf({ ...user, device: newId() }, coupon.couponId);
    expect(said(await codes.scan(cafe.cashier, (await codes.shown(moved)).code))).toBe('code_replayed');
    await codes.freeze(start + 90_000);
    expect(said(await codes.scan(cafe.cashier, (await codes.shown(pass)).code))).toBe('code_other_device');
    expect(said(await codes.scan(cafe.cashier, (await codes.shown(pass)).typed))).toBe('code_invalid');
    expect(said(await codes.scan(cafe.cashier, (await codes.shown(moved)).code))).toBe(201);
  });

  it('ends with the pass', async () => {
    const { coupon, user, pass } = await aPhone();
    await codes.freeze(Date.parse(pass.validUntil));
    expect(said(await codes.scan(cafe.cashier, (await codes.shown(pass)).code))).toBe('pass_expired');
    const renewed = await codes.passOf(user, coupon.couponId);
    expect(said(await codes.scan(cafe.cashier, (await codes.shown(renewed)).code))).toBe(201);
  });

  it('is for cashiers of the coupon’s own account, at their own store', async () => {
    const { pass } = await aPhone();
    const theirs = await codes.cafe();
    const { code } = await codes.shown(pass);
    const scannedBy = async (claims: Partial<Cafe['cashier']>) =>
      said(await codes.scan({ ...cafe.cashier, ...claims }, code));
    expect(await scannedBy(theirs.cashier)).toBe('other_partner');
    expect(await scannedBy({ store: theirs.storeId })).toBe('store_not_allowed');
    expect(await scannedBy({ sub: newId() })).toBe('store_not_allowed');
    expect(await scannedBy({ partner: theirs.partnerId })).toBe('store_not_allowed');
    const { store: _s, ...storeless } = cafe.cashier;
    expect(said(await codes.scan(storeless, code))).toBe('store_not_allowed');
    await codes.world.rows('UPDATE store SET removed = true WHERE store_id = $1', [theirs.storeId]);
    expect(await scannedBy(theirs.cashier)).toBe('store_not_allowed');
    expect(await scannedBy({})).toBe(201);
  });

  it('leaks nothing to another tenant: its codes are just not genuine there', async () => {
    const { pass } = await aPhone();
    const { code, typed } = await codes.shown(pass);
    for (const text of [code, typed])
      expect(said(await codes.scan({ ...cafe.cashier, tenant: newId() }, text))).toBe('code_invalid');
  });

  it('refuses each wrong code by its own name, and changes nothing', async () => {
    const { coupon, pass } = await aPhone();
    const { code, typed } = await codes.shown(pass);
    const forged = code.slice(0, -1) + (code.endsWith('0') ? '1' : '0');
    const told = async (text: unknown) =>
      said(await codes.send<object>(cafe.cashier, 'scans', { code: text }));
    expect(await told('4006381333931')).toBe('code_malformed');
    expect(await told(code.slice(0, -3))).toBe('code_malformed');
    expect(await told(`${typed.slice(0, -1)}${typed.endsWith('0') ? '1' : '0'}`)).toBe('code_malformed');
    expect(await told(forged)).toBe('code_invalid');
    expect(await told('A'.repeat(513))).toBe('invalid_request');
    expect(await told('A'.repeat(70_000))).toBe('payload_too_large');
    expect(await told('')).toBe('invalid_request');
    expect((await codes.world.countsOf(coupon.couponId)).redeemed).toBe(0);
  });

  it('says so when a genuine code is scanned by the wrong side, and counts it for no guess', async () => {
    const careful = await codes.world.replica({ REDEMPTION_CODE_FAILURES: '2' });
    const own = await codes.cafe();
    const coupon = await codes.coupon(own);
    const user = await codes.user(coupon);
    const { code, typed } = await codes.shown(await codes.passOf(user, coupon.couponId));
    const screen = await codes.onScreen(await codes.screenOf(own.cashier, coupon.couponId));
    const printed = await codes.send<{ code: string }>(own.owner, `coupons/${coupon.couponId}/printed-code`);
    const print = printed.body.code;
    for (const ofShop of [screen, print, screen, print]) {
      const { status, body } = await codes.scan(own.cashier, ofShop, { replica: careful });
      expect([status, body]).toEqual([
        409,
        expect.objectContaining({
          code: 'code_wrong_scanner',
          detail: expect.stringContaining('users scan it'),
        }),
      ]);
    }
    for (const ofPhone of [code, typed, code])
      expect((await codes.redeem(user, ofPhone, { replica: careful })).body).toMatchObject({
        code: 'code_wrong_scanner',
        detail: expect.stringContaining('cashiers scan it'),
      });
    expect((await codes.world.countsOf(coupon.couponId)).redeemed).toBe(0);
    expect(said(await codes.scan(own.cashier, code, { replica: careful }))).toBe(201);
    await careful.stop();
  });

  it('answers a forged code the same whether its coupon exists or not', async () => {
    const { pass } = await aPhone();
    const key = Buffer.alloc(32, 7).toString('base64url');
    const replies = await Promise.all(
      [pass.couponId, newId()].map(async (couponId) =>
        codes.scan(cafe.cashier, (await codes.shown({ ...pass, couponId, key })).code),
      ),
    );
    const [real, made] = replies.map(({ body }) => ({ ...body, correlationId: '' }));
    expect(real).toEqual(made);
    expect(real).toMatchObject({ code: 'code_invalid' });
  });

  it('lets nobody who has one key make codes of another coupon, user or device', async () => {
    const { coupon, user, pass } = await aPhone();
    const elsewhere = await codes.coupon(cafe);
    const neighbour = await codes.user(coupon);
    const second = await codes.passOf({ ...user, device: newId() }, coupon.couponId);
    await codes.passOf(neighbour, coupon.couponId);
    for (const over of [
      { couponId: elsewhere.couponId },
      { userId: neighbour.sub },
      { deviceTag: second.deviceTag },
    ]) {
      const { code, typed } = await codes.shown({ ...pass, ...over });
      expect(said(await codes.scan(cafe.cashier, code))).toBe('code_invalid');
      expect(said(await codes.scan(cafe.cashier, typed))).toBe('code_invalid');
    }
    expect(said(await codes.scan(cafe.cashier, (await codes.shown(second)).code))).toBe(201);
  });

  it('takes the coupon in the query for a hint and nothing else', async () => {
    const { coupon, pass } = await aPhone();
    const { code } = await codes.shown(pass);
    const wrong = await codes.send<object>(cafe.cashier, `scans?couponId=no-id`, { code });
    expect([said(wrong), wrong.body.errors?.[0]?.pointer]).toEqual(['invalid_request', 'query/couponId']);
    const hinted = await codes.send(cafe.cashier, `scans?couponId=${newId()}`, { code });
    expect(hinted.body).toMatchObject({ couponId: coupon.couponId });
  });
});
