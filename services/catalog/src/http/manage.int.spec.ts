import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEntryView, BulkResults, CouponView } from '#contracts';
import pg from 'pg';
import { newId } from '#testkit';
import { type Answer, CatalogWorld, type Owner } from '../../test/catalog-world.js';
import { positionOf } from '../domain/coupon-position.js';
import { couponListSql } from '../store/coupon-list-sql.js';

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
}

let world: CatalogWorld;
let owner: Owner;
let channelIds: string[];
beforeAll(async () => {
  world = await CatalogWorld.start();
  owner = await world.owner([{}, {}]);
  channelIds = owner.channels.map(({ channelId }) => channelId);
}, 120_000);
afterAll(() => world.stop());

async function walk(query: string, limit = 2, by = owner): Promise<CouponView[]> {
  const items: CouponView[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const path: string = `/v1/coupons?limit=${limit}&${query}${cursor && `&cursor=${cursor}`}`;
    const answer: Answer<Page<CouponView>> = await world.call('GET', path, { token: by.token });
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    items.push(...answer.body.items);
    cursor = answer.body.nextCursor;
  }
  return items;
}

const names = (coupons: CouponView[]) => coupons.map(({ name }) => name).join(' ');

describe('the Manage list', () => {
  let programmeId: string;
  beforeAll(async () => {
    programmeId = await world.programme(owner);
    const [one, other] = channelIds;
    const rows = [
      { name: 'A', position: 2, type: 'qr' },
      { name: 'B', channelId: other },
      { name: 'C', position: 1, programmeId },
      { name: 'D', position: 2, channelId: one },
      { name: 'E', type: 'time_based' },
    ];
    for (const [index, fields] of rows.entries()) {
      const { couponId } = await world.create(owner, fields);
      if (fields.name === 'B' || fields.name === 'D') await world.act(owner, couponId, 'publish');
      await world.database.rows(
        owner.tenantId,
        `UPDATE coupon SET created_at = '2026-03-01T00:00:00Z'::timestamptz + $2 * interval '1 day',
           edited_at = '2026-05-01T00:00:00Z'::timestamptz - $2 * interval '1 day' WHERE coupon_id = $1`,
        [couponId, index],
      );
    }
  });

  it.each([
    ['', 'E D C B A'],
    ['sort=oldest', 'A B C D E'],
    ['sort=edited', 'A B C D E'],
    // A and D share a position: A was edited later.
    ['sort=position', 'C A D B E'],
    ['status=active', 'D B'],
    ['status=draft', 'E C A'],
    ['status=draft&status=active&sort=oldest', 'A B C D E'],
    ['status=finished', ''],
    ['status=active&status=active&type=click&type=click', 'D B'],
    ['type=qr&type=time_based', 'E A'],
    ['type=click&status=draft', 'C'],
    ['type=click&sort=position', 'C D B'],
    ['loyalty=yes', 'C'],
    ['loyalty=no', 'E D B A'],
    ['createdFrom=2026-03-02T00:00:00Z&createdUntil=2026-03-04T00:00:00Z', 'C B'],
  ])('%s gives %s', async (query, expected) => {
    for (const limit of [1, 2, 100]) expect(names(await walk(query, limit))).toBe(expected);
  });

  it('has each coupon once, though a channel is named twice, by the filter or by the token', async () => {
    const [one = ''] = channelIds;
    expect(names(await walk(`channelId=${one}&channelId=${one}`, 100))).toBe('E D C A');
    const { tenantId, userId } = owner;
    const token = await world.token({
      role: 'channel_owner',
      tenantId,
      userId,
      channels: [...channelIds, one],
    });
    const { body } = await world.call<Page<CouponView>>('GET', '/v1/coupons', { token });
    expect(names(body.items)).toBe('E D C B A');
  });

  it('can be of one channel and of one programme; of a strange channel it is empty', async () => {
    expect(names(await walk(`channelId=${channelIds[1]}`))).toBe('B');
    expect(names(await walk(`programmeId=${programmeId}`))).toBe('C');
    const neighbour = await world.owner([{}], owner.tenantId);
    expect(await walk(`channelId=${channelIds[0]}`, 2, neighbour)).toEqual([]);
  });

  it('of one programme is filtered and paged like the whole; of a programme of others there is none', async () => {
    const path = `/v1/programmes/${programmeId}/coupons`;
    const list = async (query: string): Promise<string> =>
      names(
        (await world.call<Page<CouponView>>('GET', `${path}${query}`, { token: owner.token })).body.items,
      );
    expect(await list('')).toBe('C');
    expect(await list('?sort=position&limit=1&status=draft')).toBe('C');
    expect(await list('?status=active')).toBe('');
    const neighbour = await world.owner([{}], owner.tenantId);
    const others = [
      [path, neighbour.token],
      [`/v1/programmes/${newId()}/coupons`, owner.token],
    ] as const;
    for (const [asked, token] of others)
      expect(await world.problem('GET', asked, { token })).toMatchObject({
        status: 404,
        body: { code: 'programme_not_found' },
      });
  });

  it('is counted with the loyalty filter, too', async () => {
    const path = '/v1/coupons/counts?loyalty=yes';
    expect(await world.call('GET', path, { token: owner.token })).toMatchObject({ body: { total: 1 } });
  });

  it.each([
    ['status=gone', 'query/status/0'],
    ['type=paper', 'query/type/0'],
    ['sort=luck', 'query/sort'],
    ['createdFrom=2026-02-31T00:00:00Z', 'query/createdFrom'],
    ['programmeId=7', 'query/programmeId'],
    ['loyalty=maybe', 'query/loyalty'],
  ])('%s is refused and named', async (query, pointer) => {
    for (const path of ['/v1/coupons', '/v1/coupons/export'])
      expect(await world.problem('GET', `${path}?${query}`, { token: owner.token })).toMatchObject({
        status: 400,
        body: { code: 'invalid_request', errors: [{ pointer }] },
      });
  });

  it('refuses the cursor of another order', async () => {
    const path = '/v1/coupons?limit=1';
    const { body } = await world.call<Page<CouponView>>('GET', path, { token: owner.token });
    const answer = await world.problem('GET', `${path}&sort=oldest&cursor=${body.nextCursor}`, {
      token: owner.token,
    });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: 'query/cursor' }] } });
  });

  it('goes out as CSV, filtered and in order', async () => {
    const response = await fetch(`${await world.app.getUrl()}/v1/coupons/export?sort=position&type=click`, {
      headers: { authorization: `Bearer ${owner.token}` },
    });
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = (await response.text()).trimEnd().split('\r\n');
    expect(lines[0]).toMatch(/coupon_id,channel_id,name,/);
    expect(lines.slice(1).map((line) => line.split(',')[2])).toEqual(['C', 'D', 'B']);
  });
});

describe('among 20,000 coupons', () => {
  const tenantId = newId();
  let many: Owner;
  let client: pg.Client;
  beforeAll(async () => {
    many = await world.owner([{}], tenantId);
    await world.database.rows(
      tenantId,
      `INSERT INTO coupon (tenant_id, coupon_id, channel_id, type, status, finished_reason, version, name, created_at,
                           edited_at, published_at, availability, position)
       SELECT $1, overlay(gen_random_uuid()::text placing '7' from 15)::uuid, $2, 'click', status,
              CASE WHEN status = 'finished' THEN 'archived' END, 1, 'Coupon ' || n,
              '2026-01-01'::timestamptz + n * interval '1 second', '2026-06-01'::timestamptz - n * interval '1 second',
              '2026-02-01', 'rule', CASE WHEN n % 3 = 0 THEN n % 50 + 1 END
       FROM (SELECT n, CASE WHEN n % 5000 = 1 THEN 'finished' ELSE 'active' END AS status
             FROM generate_series(1, 20000) n) v`,
      [tenantId, many.channels[0]?.channelId],
    );
    await world.database.ownerPool().query('ANALYZE coupon');
    // As the service, whom row-level security binds: it decides which indexes may be asked.
    client = new pg.Client({ connectionString: world.database.appUrl });
    await client.connect();
    await client.query("SELECT set_config('octopus.tenant_id', $1, false)", [tenantId]);
  }, 60_000);
  afterAll(() => client?.end());

  /** Rows of coupons that the page read, and how. */
  async function readFor(
    query: Parameters<typeof couponListSql>[1],
  ): Promise<{ rows: number; nodes: string[] }> {
    const { sql, parameters } = couponListSql(tenantId, query, null);
    const { rows } = await client.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
      parameters,
    );
    const found = { rows: 0, nodes: [] as string[] };
    const visit = (node: PlanNode): void => {
      if (node['Relation Name'] === 'coupon') {
        found.nodes.push(node['Node Type']);
        const read = node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0);
        found.rows += read * node['Actual Loops'];
      }
      node.Plans?.forEach(visit);
    };
    const [plan] = rows;
    if (plan === undefined) throw new Error('no plan');
    visit(plan['QUERY PLAN'][0].Plan);
    return found;
  }

  it.each(['newest', 'oldest', 'edited', 'position'] as const)(
    'no page by %s reads more than it shows, the last no more than the first, of rare coupons, too',
    async (sort) => {
      for (const status of [undefined, ['finished' as const], ['active' as const, 'draft' as const]]) {
        const filters = { sort, ...(status && { status }) };
        const ofThem = `sort=${sort}${(status ?? []).map((one) => `&status=${one}`).join('')}`;
        const all = status?.[0] === 'finished' ? await walk(ofThem, 100, many) : [];
        if (status?.[0] === 'finished') expect(all).toHaveLength(4);
        const deep = {
          sort,
          place: sort === 'position' ? -2_147_483_647 : 0,
          at: new Date(
            sort === 'newest'
              ? '2026-01-01T00:00:30Z'
              : sort === 'oldest'
                ? '2026-01-01T05:33:00Z'
                : '2026-05-31T18:27:00Z',
          ),
          couponId: newId(),
        };
        for (const after of [null, deep, ...(all[1] ? [positionOf(sort, all[1])] : [])]) {
          const channels = many.channels.map(({ channelId }) => channelId);
          const { rows, nodes } = await readFor({ channelIds: channels, filters, after, limit: 21 });
          expect(nodes.join()).toMatch(/^Index( Only)? Scan$/);
          expect(rows).toBeLessThanOrEqual(2 * 21);
        }
      }
    },
  );

  it('all of them go out as CSV, each once', async () => {
    const response = await fetch(`${await world.app.getUrl()}/v1/coupons/export`, {
      headers: { authorization: `Bearer ${many.token}` },
    });
    const lines = (await response.text()).trimEnd().split('\r\n').slice(1);
    expect(new Set(lines.map((line) => line.slice(0, 36))).size).toBe(20_000);
    expect(lines).toHaveLength(20_000);
  }, 60_000);
});

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

describe('one action on many coupons', () => {
  const bulk = (body: unknown, key = newId(), by = owner) =>
    world.call<BulkResults>('POST', '/v1/coupons/bulk', { token: by.token, body, key });

  it('does what it can and says of each what became of it', async () => {
    const [active, done] = [await world.published(owner), await world.published(owner)];
    await world.act(owner, done.couponId, 'archive');
    const strange = await world.published(await world.owner([{}], owner.tenantId));
    const couponIds = [done.couponId, strange.couponId, newId(), active.couponId];
    const { status, body } = await bulk({ action: 'disable', couponIds });
    expect(status).toBe(200);
    expect(body.results).toMatchObject([
      { couponId: done.couponId, coupon: null, problem: { status: 409, code: 'wrong_state' } },
      { coupon: null, problem: { status: 404, code: 'coupon_not_found' } },
      { coupon: null, problem: { status: 404, code: 'coupon_not_found' } },
      { couponId: active.couponId, coupon: { status: 'disabled' }, problem: null },
    ]);
    const enabled = await bulk({ action: 'enable', couponIds: [active.couponId] });
    expect(enabled.body.results[0]?.coupon?.status).toBe('active');
  });

  it('is done once, however often it is sent; its key serves no other body', async () => {
    const { couponId } = await world.published(owner);
    const key = newId();
    const first = await bulk({ action: 'archive', couponIds: [couponId] }, key);
    const again = await bulk({ action: 'archive', couponIds: [couponId] }, key);
    expect(again).toMatchObject({
      status: 200,
      body: first.body,
      headers: { 'idempotency-replayed': 'true' },
    });
    const other = await world.published(owner);
    const reused = await bulk({ action: 'archive', couponIds: [other.couponId] }, key);
    expect(reused).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    expect((await world.read(owner, other.couponId)).status).toBe('active');
  });

  it.each([
    ['/couponIds', { action: 'disable', couponIds: [] }],
    ['/couponIds', { action: 'disable', couponIds: Array.from({ length: 101 }, () => newId()) }],
    ['/couponIds', { action: 'disable', couponIds: Array(2).fill(newId()) }],
    ['/action', { action: 'delete', couponIds: [newId()] }],
  ])('is refused with wrong %s', async (pointer, body) => {
    expect(await bulk(body)).toMatchObject({ status: 400, body: { errors: [{ pointer }] } });
  });
});

describe('what happened to a coupon', () => {
  const read = (couponId: string, query = '', by = owner) =>
    world.call<Page<AuditEntryView>>('GET', `/v1/coupons/${couponId}/audit${query}`, { token: by.token });

  it('is told with before and after, the latest first, by pages', async () => {
    const { couponId } = await world.published(owner, { name: 'Tea' });
    await world.act(owner, couponId, 'disable');
    const first = await read(couponId, '?limit=2');
    const actor = { kind: 'person', id: owner.userId };
    expect(first.body.items).toMatchObject([
      { action: 'disable', actor, before: { status: 'active' }, after: { status: 'disabled' } },
      { action: 'publish', actor, before: { status: 'draft' }, after: { status: 'active' } },
    ]);
    const second = await read(couponId, `?limit=2&cursor=${first.body.nextCursor}`);
    expect(second.body).toMatchObject({
      items: [{ action: 'create', before: null, after: { name: 'Tea' } }],
      nextCursor: null,
    });
  });

  it('is told after the coupon was deleted, but to nobody else', async () => {
    const { couponId } = await world.create(owner);
    await world.call('DELETE', `/v1/coupons/${couponId}`, { token: owner.token });
    expect((await read(couponId)).body.items.map(({ action }) => action)).toEqual(['delete', 'create']);
    const neighbour = await world.owner([{}], owner.tenantId);
    expect(await read(couponId, '', neighbour)).toMatchObject({
      status: 404,
      body: { code: 'coupon_not_found' },
    });
  });
});
