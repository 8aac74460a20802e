import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  balancePage,
  type EarningAction,
  factAccepted,
  type GrantPointsBody,
  pointsCredited,
  pointsEntryPage,
  type PointsEntryView,
  pointsEntryView,
} from '#contracts';
import {
  aCashier,
  anEarning,
  aPartnerProfile,
  aPointName,
  aProgramme,
  cashierFact,
  earningFact,
  eventually,
  newId,
  partnerFact,
  pointNameFact,
  programmeFact,
} from '#testkit';
import { type Cafe, ledgerFaults, PointsWorld, type Reply } from '../../test/points-world.js';

const LARGEST = '9223372036854775807';

let points: PointsWorld;
let tenantId: string;
beforeAll(async () => {
  points = await PointsWorld.start({ REDEMPTION_NAME_WAIT_MS: '6000' });
  tenantId = points.tenantId;
});
afterAll(async () => {
  if (points === undefined) return;
  expect(await points.rows(ledgerFaults)).toEqual([]);
  await points.stop();
});

const endUser = (sub: string) => ({ role: 'end_user' as const, tenant: tenantId, sub });

function grantBody(cafe: Cafe, over: Partial<GrantPointsBody> = {}): GrantPointsBody {
  return { userId: newId(), pointNameId: cafe.pointNameId, amount: '10', reason: 'A kind word', ...over };
}

function grant(
  claims: Cafe['cashier'],
  body: GrantPointsBody,
  key?: string,
): Promise<Reply<PointsEntryView>> {
  return points.call(claims, 'POST', 'points-grants', { body, ...(key !== undefined && { key }) });
}

function balanceOf(userId: string): Promise<Record<string, string>> {
  return points
    .rows<{ point_name_id: string; balance: string }>(
      'SELECT point_name_id, balance FROM point_balance WHERE user_id = $1',
      [userId],
    )
    .then((rows) => Object.fromEntries(rows.map((row) => [row.point_name_id, row.balance])));
}

describe('POST /v1/points-grants', () => {
  it('by a cashier: booked, told, and kept with who gave it and why', async () => {
    const cafe = await points.cafe();
    const body = grantBody(cafe, { amount: '40' });
    const { status, body: entry } = await grant(cafe.cashier, body);
    expect(status).toBe(201);
    const cause = { kind: 'granted', grantedBy: cafe.cashierId, reason: 'A kind word' };
    expect(pointsEntryView.parse(entry)).toMatchObject({ amount: '40', balance: '40', cause });
    expect(await balanceOf(body.userId)).toEqual({ [cafe.pointNameId]: '40' });

    const records = await points.world.namespace.collect('redemption.points.v1');
    const record = await eventually(() => {
      const found = records.find(({ key }) => key === `${body.userId}/${cafe.pointNameId}`);
      if (found === undefined) throw new Error('not told yet');
      return found;
    });
    expect(record.envelope).toMatchObject({
      type: 'octopus.redemption.points-credited.v1',
      subject: `points/${body.userId}/${cafe.pointNameId}`,
      revision: 1,
    });
    expect(pointsCredited.parse(record.data)).toEqual({
      entryId: entry.entryId,
      userId: body.userId,
      pointNameId: cafe.pointNameId,
      programmeId: null,
      amount: '40',
      balance: '40',
      balanceRevision: 1,
      hops: 0,
      bookedAt: entry.bookedAt,
      cause,
    });
  });

  it('again with its key gets the first answer and books nothing; with another body it is refused', async () => {
    const cafe = await points.cafe();
    const [body, key] = [grantBody(cafe), newId()];
    const [first, again] = [await grant(cafe.cashier, body, key), await grant(cafe.cashier, body, key)];
    expect(again).toMatchObject({ status: 201, isReplay: true, body: first.body });
    const other = await grant(cafe.cashier, { ...body, amount: '11' }, key);
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect(await balanceOf(body.userId)).toEqual({ [cafe.pointNameId]: '10' });
  });

  describe('by a cashier with limits', () => {
    it('gives at most so many at once', async () => {
      const cafe = await points.cafe();
      expect((await grant(cafe.cashier, grantBody(cafe, { amount: '100' }))).status).toBe(201);
      expect(await grant(cafe.cashier, grantBody(cafe, { amount: '101' }))).toMatchObject({
        status: 409,
        body: { code: 'points_grant_limit', detail: expect.stringContaining('at most 100 points at once') },
      });
    });

    it('gives at most so many in 24 hours, to all users and of all point names together', async () => {
      const cafe = await points.cafe();
      const second = aPointName({ partnerId: cafe.partnerId });
      await points.produce(pointNameFact(tenantId, second));
      await grant(cafe.cashier, grantBody(cafe, { amount: '100' }));
      await grant(cafe.cashier, grantBody(cafe, { amount: '100', pointNameId: second.pointNameId }));
      expect(await grant(cafe.cashier, grantBody(cafe, { amount: '51' }))).toMatchObject({
        status: 409,
        body: {
          code: 'points_grant_limit',
          detail: expect.stringContaining('250 points in 24 hours; 50 are left'),
        },
      });
      expect((await grant(cafe.cashier, grantBody(cafe, { amount: '50' }))).status).toBe(201);
    });

    it('counts the last 24 hours on the database’s clock, not the calendar day', async () => {
      const cafe = await points.cafe({ limit: { perGrant: '100', perDay: '100' } });
      const userId = newId();
      const give = () => grant(cafe.cashier, grantBody(cafe, { amount: '100', userId }));
      try {
        expect((await give()).status).toBe(201);
        await points.world.database.shiftClock(23.9 * 3_600_000);
        expect((await give()).body.code).toBe('points_grant_limit');
        await points.world.database.shiftClock(24.1 * 3_600_000);
        expect((await give()).status).toBe(201);
        expect((await give()).body.code).toBe('points_grant_limit');
      } finally {
        await points.world.database.shiftClock(0);
      }
    });

    it('never gives more by giving many at once', async () => {
      const cafe = await points.cafe({ limit: { perGrant: '100', perDay: '250' } });
      const pool = points.world.database.ownerPool();
      // Somebody holds the cashier's row, until several grants have come as far as that.
      const holder = await pool.connect();
      await holder.query('BEGIN');
      await holder.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [tenantId]);
      await holder.query('SELECT FROM cashier WHERE cashier_id = $1 FOR UPDATE', [cafe.cashierId]);
      const granted = Promise.all(
        Array.from({ length: 12 }, () => grant(cafe.cashier, grantBody(cafe, { amount: '60' }))),
      );
      try {
        await eventually(async () => {
          const { rows } = await pool.query<{ n: number }>(
            `SELECT count(DISTINCT l.pid)::int AS n FROM pg_locks l
               JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database()
              WHERE NOT l.granted`,
          );
          expect(rows[0]?.n).toBeGreaterThan(2);
        });
      } finally {
        await holder.query('COMMIT');
        holder.release();
      }
      const replies = await granted;
      expect(replies.filter(({ status }) => status === 201)).toHaveLength(4);
      expect(new Set(replies.filter(({ status }) => status !== 201).map(({ body }) => body.code))).toEqual(
        new Set(['points_grant_limit']),
      );
      const [given] = await points.rows<{ sum: string }>(
        `SELECT sum(amount) FROM point_entry WHERE cause->>'grantedBy' = $1`,
        [cafe.cashierId],
      );
      expect(given?.sum).toBe('240');
    });

    it('gives nothing once the account has taken the cashier off, even while a grant waits', async () => {
      const cafe = await points.cafe();
      const pool = points.world.database.ownerPool();
      const holder = await pool.connect();
      await holder.query('BEGIN');
      await holder.query(`SELECT set_config('octopus.tenant_id', $1, true)`, [tenantId]);
      await holder.query('UPDATE cashier SET removed = true WHERE cashier_id = $1', [cafe.cashierId]);
      const granted = grant(cafe.cashier, grantBody(cafe));
      try {
        await eventually(async () => {
          const { rows } = await pool.query<{ n: number }>(
            `SELECT count(DISTINCT l.pid)::int AS n FROM pg_locks l
               JOIN pg_stat_activity a ON a.pid = l.pid AND a.datname = current_database()
              WHERE NOT l.granted`,
          );
          expect(rows[0]?.n).toBeGreaterThan(0);
        });
      } finally {
        await holder.query('COMMIT');
        holder.release();
      }
      expect((await granted).body.code).toBe('store_not_allowed');
    });

    it('keeps to a limit that was lowered below what is given already', async () => {
      const cafe = await points.cafe();
      await grant(cafe.cashier, grantBody(cafe, { amount: '100' }));
      const { cashierId, partnerId, storeId } = cafe;
      const lowered = { perGrant: '10', perDay: '50' };
      const cashier = aCashier({ cashierId, partnerId, storeIds: [storeId], pointsGrant: lowered });
      await points.produce(cashierFact(tenantId, cashier, 2));
      expect((await grant(cafe.cashier, grantBody(cafe, { amount: '1' }))).body).toMatchObject({
        code: 'points_grant_limit',
        detail: expect.stringContaining('0 are left'),
      });
    });
  });

  it('by a cashier without a limit, or unknown, or at another store, or without a store, is refused', async () => {
    const none = await points.cafe({ limit: null });
    expect((await grant(none.cashier, grantBody(none))).body.code).toBe('points_grant_not_allowed');
    const cafe = await points.cafe();
    const body = grantBody(cafe);
    expect((await grant({ ...cafe.cashier, sub: newId() }, body)).body.code).toBe('store_not_allowed');
    expect((await grant({ ...cafe.cashier, store: newId() }, body)).body.code).toBe('store_not_allowed');
    expect((await grant({ ...cafe.cashier, store: none.storeId }, body)).body.code).toBe('store_not_allowed');
    const { store: _, ...storeless } = cafe.cashier;
    expect((await grant(storeless, body)).body.code).toBe('store_not_allowed');
    const { cashierId, partnerId, storeId } = cafe;
    const left = aCashier({ cashierId, partnerId, storeIds: [storeId], removed: true });
    await points.produce(cashierFact(tenantId, left, 2));
    expect((await grant(cafe.cashier, body)).body.code).toBe('store_not_allowed');
    expect(await balanceOf(body.userId)).toEqual({});
  });

  it('of a point name of another account, of another tenant, withdrawn or made up: there is none', async () => {
    const [cafe, other] = [await points.cafe(), await points.cafe()];
    const ask = async (claims: Cafe['cashier'], pointNameId: string) =>
      (await grant(claims, grantBody(cafe, { pointNameId }))).body.code;
    for (const claims of [cafe.cashier, cafe.owner]) {
      expect(await ask(claims, other.pointNameId)).toBe('point_name_not_found');
      expect(await ask(claims, newId())).toBe('point_name_not_found');
      expect(await ask({ ...claims, tenant: newId() }, cafe.pointNameId)).toBe('point_name_not_found');
    }
    const withdrawn = aPointName({ pointNameId: cafe.pointNameId, partnerId: cafe.partnerId, removed: true });
    await points.produce(pointNameFact(tenantId, withdrawn, 2));
    expect(await ask(cafe.owner, cafe.pointNameId)).toBe('point_name_not_found');
  });

  it('by an owner: any amount, standalone or of a programme of their own', async () => {
    const programmeId = newId();
    const [cafe, club] = [await points.cafe(), await points.cafe({ programmeId })];
    expect((await grant(cafe.owner, grantBody(cafe, { amount: LARGEST }))).status).toBe(201);
    expect((await grant(club.owner, grantBody(club))).status).toBe(201);
    expect((await grant({ ...cafe.owner, channels: [] }, grantBody(cafe))).body.code).toBe(
      'point_name_not_found',
    );
    await points.produce(programmeFact(tenantId, aProgramme({ programmeId, partnerId: newId() })));
    expect((await grant(club.owner, grantBody(club))).body.code).toBe('programme_not_found');
  });

  it('of a suspended account is refused until it is active again', async () => {
    const cafe = await points.cafe();
    const { partnerId } = cafe;
    await points.produce(partnerFact(tenantId, aPartnerProfile({ partnerId, active: false }), 1));
    for (const claims of [cafe.cashier, cafe.owner])
      expect((await grant(claims, grantBody(cafe))).body.code).toBe('partner_suspended');
    await points.produce(partnerFact(tenantId, aPartnerProfile({ partnerId }), 2));
    expect((await grant(cafe.owner, grantBody(cafe))).status).toBe(201);
  });

  it('that would grow a balance past what can be counted is refused, and nothing is booked', async () => {
    const cafe = await points.cafe();
    const userId = newId();
    await grant(cafe.owner, grantBody(cafe, { userId, amount: LARGEST }));
    expect(await grant(cafe.owner, grantBody(cafe, { userId, amount: '1' }))).toMatchObject({
      status: 409,
      body: { code: 'balance_too_large' },
    });
    expect(await balanceOf(userId)).toEqual({ [cafe.pointNameId]: LARGEST });
  });

  it.each([
    ['amount', '0'],
    ['amount', '-5'],
    ['amount', '1.5'],
    ['amount', '9223372036854775808'],
    ['amount', 10],
    ['userId', 'me'],
    ['pointNameId', '6f1c9d4e-0000-4000-8000-000000000000'],
    ['reason', ''],
    ['reason', 'x'.repeat(501)],
  ])('takes no %s of %j', async (field, value) => {
    const cafe = await points.cafe();
    const { status, body } = await grant(cafe.owner, { ...grantBody(cafe), [field]: value });
    expect({ status, code: body.code, at: body.errors?.map(({ pointer }) => pointer) }).toEqual({
      status: 400,
      code: 'invalid_request',
      at: [`/${field}`],
    });
  });
});

describe('earned points', () => {
  async function aClub() {
    const programmeId = newId();
    return { ...(await points.cafe({ programmeId })), programmeId };
  }

  it('come by the topic and are booked once per earning, under whatever event id', async () => {
    const { pointNameId, programmeId } = await aClub();
    const earning = anEarning({ pointNameId, programmeId, points: '25', actionId: newId() });
    const fact = { ...earningFact(tenantId, earning), id: newId() };
    await points.produce(fact, fact, { ...fact, id: newId() });
    expect(await balanceOf(earning.userId)).toEqual({ [pointNameId]: '25' });
    const [entry] = await points.rows('SELECT cause FROM point_entry WHERE user_id = $1', [earning.userId]);
    const { earningId, actionId } = earning;
    expect(entry).toEqual({ cause: { kind: 'earned', earningId, actionId } });
  });

  it('put in over HTTP go to the topic and are booked once, too', async () => {
    const { pointNameId, programmeId } = await aClub();
    const { earningId, ...body } = anEarning({ pointNameId, programmeId });
    const service = { role: 'service' as const, tenant: tenantId };
    const put = async () => {
      const reply = await points.call(service, 'PUT', `points-earned/${earningId}`, { body });
      expect(reply.status).toBe(202);
      return factAccepted.parse(reply.body).eventId;
    };
    await points.handled([await put(), await put()]);
    expect(await balanceOf(body.userId)).toEqual({ [pointNameId]: '10' });
    const records = await points.world.namespace.collect('platform.points-earned.v1');
    await eventually(() => expect(records.filter(({ key }) => key === body.userId)).toHaveLength(2));
  });

  it('that were earned a year ago can be put in today, none that are older', async () => {
    const { pointNameId, programmeId } = await aClub();
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    const { earningId, ...body } = anEarning({ pointNameId, programmeId, earnedAt: daysAgo(364) });
    const service = { role: 'service' as const, tenant: tenantId };
    const reply = await points.call(service, 'PUT', `points-earned/${earningId}`, { body });
    await points.handled([factAccepted.parse(reply.body).eventId]);
    expect(await balanceOf(body.userId)).toEqual({ [pointNameId]: '10' });

    const tooOld = { ...body, earnedAt: daysAgo(366) };
    const refused = await points.call(service, 'PUT', `points-earned/${newId()}`, { body: tooOld });
    expect({ status: refused.status, errors: refused.body.errors }).toEqual({
      status: 400,
      errors: [{ pointer: '/earnedAt', message: expect.stringContaining('more than 365 days ago') }],
    });
    const buried = await points.produce(earningFact(tenantId, { ...tooOld, earningId: newId() }));
    expect(await points.deadLetters(buried)).toEqual([expect.stringContaining('more than 365 days ago')]);
    expect(await balanceOf(body.userId)).toEqual({ [pointNameId]: '10' });
  });

  it('that are said to be earned in time to come are known for so much longer', async () => {
    const { pointNameId, programmeId } = await aClub();
    const earnedAt = new Date(Date.now() + 500 * 86_400_000).toISOString();
    const earning = anEarning({ pointNameId, programmeId, earnedAt });
    await points.produce(earningFact(tenantId, earning));
    expect(
      await points.rows('SELECT created_at FROM point_source WHERE source_id = $1', [earning.earningId]),
    ).toEqual([{ created_at: new Date(earnedAt) }]);
  });

  it('by an action are booked if the programme lists it for that point name; it may list it a little later', async () => {
    const { pointNameId, programmeId, partnerId } = await aClub();
    const [action, later] = [newId(), newId()].map((actionId) => ({
      actionId,
      name: 'Visit',
      pointNameId,
      points: '10',
    })) as [EarningAction, EarningAction];
    const ofOther = { ...action, actionId: newId(), pointNameId: newId() };
    const lists = (earningActions: EarningAction[], revision: number) =>
      programmeFact(tenantId, aProgramme({ programmeId, partnerId, earningActions }), revision);
    await points.produce(lists([action, ofOther], 1));
    const userId = newId();
    const by = (actionId: string | null) => anEarning({ userId, pointNameId, programmeId, actionId });
    await points.produce(earningFact(tenantId, by(action.actionId)), earningFact(tenantId, by(null)));
    expect(await balanceOf(userId)).toEqual({ [pointNameId]: '20' });

    const sent = points.produce(earningFact(tenantId, by(later.actionId)));
    await expect(
      Promise.race([sent, new Promise((done) => setTimeout(() => done('waiting'), 500))]),
    ).resolves.toBe('waiting');
    await points.produce(lists([action, ofOther, later], 2));
    expect(await points.deadLetters(await sent)).toEqual([]);
    expect(await balanceOf(userId)).toEqual({ [pointNameId]: '30' });

    const buried = await points.produce(earningFact(tenantId, by(ofOther.actionId)));
    expect(await points.deadLetters(buried)).toEqual([
      expect.stringContaining(`lists no action ${ofOther.actionId} that earns points of ${pointNameId}`),
    ]);
    expect(await balanceOf(userId)).toEqual({ [pointNameId]: '30' });
  });

  it('of a programme that was withdrawn are booked no more', async () => {
    const { pointNameId, programmeId, partnerId } = await aClub();
    await points.produce(programmeFact(tenantId, aProgramme({ programmeId, partnerId, removed: true })));
    const earning = anEarning({ pointNameId, programmeId });
    expect(await points.deadLetters(await points.produce(earningFact(tenantId, earning)))).toEqual([
      expect.stringContaining(`the programme ${programmeId} was withdrawn`),
    ]);
    expect(await balanceOf(earning.userId)).toEqual({});
  });

  it('of a name that is not known yet wait for it', async () => {
    const programmeId = newId();
    const pointName = aPointName({ programmeId });
    const { pointNameId } = pointName;
    const earning = anEarning({ pointNameId, programmeId });
    const sent = points.produce(earningFact(tenantId, earning));
    await expect(
      Promise.race([sent, new Promise((done) => setTimeout(() => done('waiting'), 500))]),
    ).resolves.toBe('waiting');
    await points.produce(pointNameFact(tenantId, pointName));
    expect(await points.deadLetters(await sent)).toEqual([]);
    expect(await balanceOf(earning.userId)).toEqual({ [pointNameId]: '10' });
  });

  it('that cannot be booked go to the dead letters and say why, and those behind them are booked', async () => {
    const { pointNameId, programmeId, partnerId } = await aClub();
    const coin = await points.cafe();
    const withdrawn = aPointName({ partnerId, programmeId, removed: true });
    await points.produce(pointNameFact(tenantId, withdrawn));
    const userId = newId();
    const madeUp = newId();
    const wrong = [
      anEarning({ userId, pointNameId, programmeId: newId() }),
      anEarning({ userId, pointNameId: coin.pointNameId, programmeId }),
      anEarning({ userId, pointNameId: withdrawn.pointNameId, programmeId }),
      anEarning({ userId, pointNameId: madeUp, programmeId }),
      anEarning({ userId, pointNameId: madeUp, programmeId }),
      anEarning({ userId, pointNameId, programmeId, points: LARGEST }),
    ];
    const good = anEarning({ userId, pointNameId, programmeId });
    const eventIds = await points.produce(
      ...[good, ...wrong].map((earning) => earningFact(tenantId, earning)),
    );
    expect(await points.deadLetters(eventIds)).toEqual([
      expect.stringContaining(`is of programme ${programmeId}`),
      expect.stringContaining('is standalone'),
      expect.stringContaining('was withdrawn'),
      expect.stringContaining(`${madeUp} is not known`),
      expect.stringContaining(`${madeUp} is not known`),
      expect.stringContaining('balance_too_large'),
    ]);
    expect(await balanceOf(userId)).toEqual({ [pointNameId]: '10' });
  });
});

describe('the wallet', () => {
  it('shows balances and entries of the caller alone, page by page', async () => {
    const cafes = [await points.cafe(), await points.cafe(), await points.cafe()];
    const [userId, other] = [newId(), newId()];
    for (const cafe of cafes) {
      await grant(cafe.owner, grantBody(cafe, { userId, amount: '5' }));
      await grant(cafe.owner, grantBody(cafe, { userId, amount: '7' }));
      await grant(cafe.owner, grantBody(cafe, { userId: other, amount: '1000' }));
    }
    const balances = await pages(userId, 'wallet/balances?limit=2', (body) => balancePage.parse(body));
    expect(balances.map(({ balance, pointName }) => [balance, pointName])).toEqual([
      ['12', 'coin'],
      ['12', 'coin'],
      ['12', 'coin'],
    ]);
    expect(new Set(balances.map(({ pointNameId }) => pointNameId))).toEqual(
      new Set(cafes.map(({ pointNameId }) => pointNameId)),
    );
    const entries = await pages(userId, 'wallet/points?limit=2', (body) => pointsEntryPage.parse(body));
    expect(entries).toHaveLength(6);
    expect(entries.map(({ entryId }) => entryId)).toEqual(
      entries
        .map(({ entryId }) => entryId)
        .sort()
        .reverse(),
    );
    const [cafe] = cafes as [Cafe];
    const ofOne = await pages(userId, `wallet/points?limit=1&pointNameId=${cafe.pointNameId}`, (body) =>
      pointsEntryPage.parse(body),
    );
    expect(ofOne.map(({ amount, balance }) => [amount, balance])).toEqual([
      ['7', '12'],
      ['5', '5'],
    ]);
  });

  it('is empty for the same user id in another tenant', async () => {
    const cafe = await points.cafe();
    const userId = newId();
    await grant(cafe.owner, grantBody(cafe, { userId }));
    for (const path of ['wallet/balances', 'wallet/points']) {
      const stranger = { ...endUser(userId), tenant: newId() };
      expect((await points.call(stranger, 'GET', path)).body).toEqual({ items: [], nextCursor: null });
    }
  });

  it.each(['wallet/balances?cursor=x', 'wallet/points?cursor=eyJhIjoxfQ', 'wallet/points?pointNameId=x'])(
    'refuses %s',
    async (path) => {
      const { status, body } = await points.call(endUser(newId()), 'GET', path);
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' });
    },
  );

  async function pages<Item>(
    userId: string,
    path: string,
    read: (body: unknown) => { items: Item[]; nextCursor: string | null },
  ): Promise<Item[]> {
    const all: Item[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? path : `${path}&cursor=${cursor}`;
      const page = read((await points.call(endUser(userId), 'GET', query)).body);
      all.push(...page.items);
      cursor = page.nextCursor;
    }
    return all;
  }
});
