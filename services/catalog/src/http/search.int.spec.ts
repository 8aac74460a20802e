import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CouponCounts, CouponView } from '#contracts';
import { newId } from '#testkit';
import fc from 'fast-check';
import pg from 'pg';
import { type Answer, CatalogWorld, type Owner } from '../../test/catalog-world.js';

interface Page {
  items: CouponView[];
  nextCursor: string | null;
}

let world: CatalogWorld;
let owner: Owner;
beforeAll(async () => {
  world = await CatalogWorld.start();
  owner = await world.owner();
}, 120_000);
afterAll(() => world.stop());

const asQuery = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();

async function walk(filters: Record<string, string>, { limit = 100, by = owner } = {}): Promise<string[]> {
  const names: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = asQuery({ ...filters, limit: String(limit), ...(cursor && { cursor }) });
    const answer: Answer<Page> = await world.call('GET', `/v1/coupons?${query}`, { token: by.token });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    names.push(...answer.body.items.map(({ name }) => name ?? ''));
    cursor = answer.body.nextCursor;
  }
  return names;
}

async function exported(filters: Record<string, string>, by = owner): Promise<string[]> {
  const response = await fetch(`${await world.app.getUrl()}/v1/coupons/export?${asQuery(filters)}`, {
    headers: { authorization: `Bearer ${by.token}` },
  });
  const lines = (await response.text()).trimEnd().split('\r\n').slice(1);
  return lines.map((line) => line.split(',')[2] ?? '');
}

async function counts(filters: Record<string, string>, by = owner): Promise<CouponCounts> {
  const query = asQuery(filters);
  return (await world.call<CouponCounts>('GET', `/v1/coupons/counts?${query}`, { token: by.token })).body;
}

/** Straight into the table, as many as wanted. */
async function fill(by: Owner, names: readonly string[]): Promise<void> {
  await world.database.rows(
    by.tenantId,
    `INSERT INTO coupon (tenant_id, coupon_id, channel_id, type, status, version, name, created_at, edited_at)
     SELECT $1, overlay(gen_random_uuid()::text placing '7' from 15)::uuid, $2, 'click', 'draft', 1, name,
            '2026-01-01'::timestamptz + place * interval '1 second', '2026-01-01'
     FROM unnest($3::text[]) WITH ORDINALITY AS given (name, place)`,
    [by.tenantId, by.channels[0]?.channelId, names],
  );
}

describe('the search by name', () => {
  const names = ['Čokolada 50%', 'Crème_brûlée', 'ŠTRUKLI ĐURE', 'Straße', 'ЧАЙ', 'a\\b', "Tom's 5 %", 'Tea'];
  beforeAll(() => fill(owner, names));

  it.each([
    ['COKO', ['Čokolada 50%']],
    ['čok', ['Čokolada 50%']],
    ['brulee', ['Crème_brûlée']],
    ['štrukli đu', ['ŠTRUKLI ĐURE']],
    ['strasse', ['Straße']],
    ['чай', ['ЧАЙ']],
    ['%', ["Tom's 5 %", 'Čokolada 50%']],
    ['_', ['Crème_brûlée']],
    ['\\', ['a\\b']],
    ["'", ["Tom's 5 %"]],
    ['t', ['Tea', "Tom's 5 %", 'Straße', 'ŠTRUKLI ĐURE']],
    ['  tea ', ['Tea']],
    ['teas', []],
  ])('for %j finds %j', async (search, found) => {
    expect(await walk({ search })).toEqual(found);
    expect((await counts({ search })).total).toBe(found.length);
  });

  it.each([
    ['too long', 'x'.repeat(81)],
    ['empty', ' '],
  ])('is refused and named when it is %s', async (_, search) => {
    for (const path of ['', '/export', '/counts'])
      expect(
        await world.problem('GET', `/v1/coupons${path}?${asQuery({ search })}`, {
          token: owner.token,
        }),
      ).toMatchObject({ status: 400, body: { errors: [{ pointer: 'query/search' }] } });
  });

  it('finds a coupon by its name of now, and none that is gone', async () => {
    const { couponId, version } = await world.create(owner, { name: 'Marzipan' });
    const body = { name: 'Nougat' };
    await world.call('PATCH', `/v1/coupons/${couponId}`, {
      token: owner.token,
      body,
      ifMatch: `"${version}"`,
    });
    expect(await walk({ search: 'marzipan' })).toEqual([]);
    expect(await walk({ search: 'nougat' })).toEqual(['Nougat']);
    await world.call('DELETE', `/v1/coupons/${couponId}`, { token: owner.token });
    expect(await walk({ search: 'nougat' })).toEqual([]);
  });

  it('finds what contains the words, character by character, whatever they are', async () => {
    const letters = fc.constantFrom('a', 'b', '%', '_', '\\', "'", '(', '.', ' ');
    const someName = fc
      .string({ unit: letters, minLength: 1, maxLength: 6 })
      .filter((text) => text.trim() !== '');
    await fc.assert(
      fc.asyncProperty(
        fc.array(someName, { minLength: 1, maxLength: 8 }),
        fc.string({ unit: letters, minLength: 1, maxLength: 3 }).filter((text) => text.trim() !== ''),
        async (some, search) => {
          const other = await world.owner();
          await fill(other, some);
          const expected = some.filter((name) => name.includes(search.trim()));
          expect(await walk({ search, sort: 'oldest' }, { by: other })).toEqual(expected);
        },
      ),
      { numRuns: 15 },
    );
  }, 60_000);
});

describe('a search among many', () => {
  let many: Owner;
  // More than are looked up one by one have `bean` in their names, fewer have `rare`.
  const names = Array.from(
    { length: 1_500 },
    (_, n) => `${n % 2 === 0 ? 'bean' : 'leaf'}${n % 100 === 0 ? ' rare' : ''} ${n}`,
  );
  beforeAll(async () => {
    many = await world.owner([{}], owner.tenantId);
    await fill(many, names);
    await fill(owner, ['rare bean of another channel']);
    await fill(await world.owner(), names);
  });

  it.each(['bean', 'rare', 'bean rare 1'])(
    'for %j gives list, pages, export and counts alike',
    async (search) => {
      const expected = names.filter((name) => name.includes(search)).reverse();
      for (const limit of [7, 100]) expect(await walk({ search }, { by: many, limit })).toEqual(expected);
      expect(await exported({ search, status: 'draft' }, many)).toEqual(expected);
      expect(await exported({ search, sort: 'oldest' }, many)).toEqual([...expected].reverse());
      expect(await counts({ search }, many)).toMatchObject({
        total: expected.length,
        byStatus: { draft: expected.length, active: 0 },
        capped: false,
      });
      expect(await walk({ search, status: 'active' }, { by: many })).toEqual([]);
      expect(await counts({ search, status: 'active' }, many)).toMatchObject({ total: 0 });
    },
  );

  it('stays within the tenant, even where a function of the owner of the tables reads', async () => {
    const client = new pg.Client({ connectionString: world.database.appUrl });
    await client.connect();
    const asTenant = async (tenantId: string): Promise<number> => {
      await client.query("SELECT set_config('octopus.tenant_id', $1, false)", [tenantId]);
      const { rows } = await client.query<{ found: number }>(
        "SELECT cardinality(coupons_named('rare', 1000)) AS found",
      );
      return rows[0]?.found ?? -1;
    };
    expect(await asTenant(owner.tenantId)).toBe(names.filter((name) => name.includes('rare')).length + 1);
    expect(await asTenant(newId())).toBe(0);
    await expect(client.query('SELECT FROM coupon_name_0')).rejects.toThrow('permission denied');
    await client.end();
  });
});

describe('the counts', () => {
  it('are of the filtered list, by status', async () => {
    const by = await world.owner([{}, {}]);
    const [one, other] = by.channels.map(({ channelId }) => channelId);
    await world.create(by, { name: 'A' });
    await world.published(by, { name: 'B', channelId: other });
    const { couponId } = await world.published(by, { name: 'C' });
    await world.act(by, couponId, 'archive');
    const none = { draft: 0, pending_approval: 0, scheduled: 0, active: 0, disabled: 0, finished: 0 };
    expect(await counts({}, by)).toEqual({
      total: 3,
      byStatus: { ...none, draft: 1, active: 1, finished: 1 },
      capped: false,
    });
    expect(await counts({ channelId: one ?? '' }, by)).toMatchObject({ total: 2 });
    expect(await counts({ createdUntil: '2020-01-01T00:00:00Z' }, by)).toMatchObject({ total: 0 });
    expect(await counts({ type: 'click', status: 'finished' }, by)).toMatchObject({ total: 1 });
    expect(await counts({ channelId: one ?? '' }, await world.owner([{}], by.tenantId))).toMatchObject({
      total: 0,
    });
  });
});
