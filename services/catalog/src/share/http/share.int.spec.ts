import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ShareLinkPage, ShareLinkView, SharedCoupon } from '#contracts';
import { newId } from '#testkit';
import { type Answer, CatalogWorld, type Owner } from '../../../test/catalog-world.js';
import { newShareCode } from '../domain/share-code.js';

let world: CatalogWorld;
let owner: Owner;
beforeAll(async () => {
  world = await CatalogWorld.start({
    CATALOG_SHARE_URL: 'https://coupons.example.com/s',
    CATALOG_SHARE_MISSES: '3',
    CATALOG_GET_APP_URL: 'https://example.com/app?a=1&b=2',
  });
  owner = await world.owner([{ name: 'Café <Kava>' }]);
}, 120_000);
afterAll(() => world.stop());

const share = (couponId: string, { by = owner, key = newId() } = {}): Promise<Answer<ShareLinkView>> =>
  world.call('POST', `/v1/coupons/${couponId}/share-links`, { token: by.token, body: {}, key });

const revoke = (couponId: string, linkId: string, by = owner): Promise<Answer> =>
  world.call('DELETE', `/v1/coupons/${couponId}/share-links/${linkId}`, { token: by.token });

const resolve = async (code: string, tenantId = owner.tenantId): Promise<Answer<SharedCoupon>> =>
  world.call('GET', `/v1/share-links/${code}`, { token: await world.token({ role: 'end_user', tenantId }) });

async function open(
  code: string,
  forwardedFor = '192.0.2.1',
): Promise<{ status: number; html: string; headers: Headers }> {
  const response = await fetch(`${await world.app.getUrl()}/v1/shared/${code}`, {
    headers: { 'x-forwarded-for': forwardedFor },
  });
  return { status: response.status, html: await response.text(), headers: response.headers };
}

describe('a shared link', () => {
  it('is made once per key, leads the app to coupon and channel, and stands in the audit log', async () => {
    const { couponId, channelId } = await world.published(owner);
    const key = newId();
    const made = await share(couponId, { key });
    expect(made).toMatchObject({ status: 201, body: { couponId } });
    expect(made.body.url).toBe(`https://coupons.example.com/s/${made.body.code}`);
    expect((await share(couponId, { key })).body).toEqual(made.body);
    expect((await resolve(made.body.code)).body).toEqual({
      couponId,
      channelId,
      status: 'active',
      opensAt: null,
    });
    const path = `/v1/coupons/${couponId}/share-links`;
    const listed = await world.call<ShareLinkPage>('GET', path, { token: owner.token });
    expect(listed.body.items).toEqual([made.body]);
    expect((await world.audit(owner, couponId)).map(({ action }) => action)).toContain('share');
    expect((await share(couponId)).body.code).not.toBe(made.body.code);
  });

  it('opens a page with a preview in which every text is only text', async () => {
    const { couponId } = await world.published(owner, {
      name: `"><script>alert('1')</script>`,
      description: '<img src=x onerror=alert(1)> & more',
    });
    const { code } = (await share(couponId)).body;
    const { status, html, headers } = await open(code);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(html).not.toMatch(/<script|<img src=x|Café <Kava>/);
    expect(html).toContain('<meta property="og:title" content="&quot;&gt;&lt;script&gt;');
    expect(html).toContain('<meta name="twitter:card" content="summary_large_image">');
    expect(html).toContain(`<meta property="og:url" content="https://coupons.example.com/s/${code}">`);
    expect(html).toContain(`href="octopus://coupons/${couponId}"`);
    expect(html).toContain('href="https://example.com/app?a=1&amp;b=2"');
    expect(html).toContain('For followers of Café &lt;Kava&gt;');
  });

  it('says when the coupon starts, is paused or over, and then opens no app for it', async () => {
    const startAt = '2099-06-01T10:00:00.000Z';
    const later = await world.published(owner, { startAt });
    expect((await open((await share(later.couponId)).body.code)).html).toContain('It starts on 1 June 2099');
    const { couponId } = await world.published(owner);
    const { code } = (await share(couponId)).body;
    await world.act(owner, couponId, 'disable');
    expect((await open(code)).html).toContain('paused');
    await world.act(owner, couponId, 'archive');
    const over = await open(code);
    expect(over.html).toContain('This coupon is over.');
    expect(over.html).not.toContain('octopus://');
    expect((await resolve(code)).body.status).toBe('finished');
  });

  it('leads nowhere once it is revoked', async () => {
    const { couponId } = await world.published(owner);
    const { code, linkId } = (await share(couponId)).body;
    expect((await revoke(couponId, linkId)).status).toBe(204);
    expect(await open(code)).toMatchObject({ status: 404 });
    expect(await resolve(code)).toMatchObject({ status: 404, body: { code: 'share_link_not_found' } });
    expect(await revoke(couponId, linkId)).toMatchObject({ status: 404 });
    expect((await open('nonsense')).html).toContain('leads nowhere');
  });

  it('is not made of a draft or of what is over, nor of the coupon of somebody else', async () => {
    const draft = await world.create(owner);
    expect(await share(draft.couponId)).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    const done = await world.published(owner);
    await world.act(owner, done.couponId, 'archive');
    expect(await share(done.couponId)).toMatchObject({ status: 409, body: { code: 'wrong_state' } });
    const { couponId } = await world.published(owner);
    const { linkId, code } = (await share(couponId)).body;
    const neighbour = await world.owner([{}], owner.tenantId);
    expect(await share(couponId, { by: neighbour })).toMatchObject({ status: 404 });
    expect(await revoke(couponId, linkId, neighbour)).toMatchObject({ status: 404 });
    // Through another coupon of one's own, too.
    const own = await world.published(neighbour);
    expect(await revoke(own.couponId, linkId, neighbour)).toMatchObject({ status: 404 });
    expect(await resolve(code, newId())).toMatchObject({ status: 404 });
    expect(await resolve('not-a-code!!')).toMatchObject({ status: 400 });
  });

  it('is for the administrators of the tenant, too, and of no other', async () => {
    const { couponId } = await world.published(owner);
    const admin = await world.token({ role: 'tenant_admin', tenantId: owner.tenantId });
    const path = `/v1/coupons/${couponId}/share-links`;
    const made = await world.call<ShareLinkView>('POST', path, { token: admin, body: {} });
    expect(made).toMatchObject({ status: 201, body: { couponId } });
    const stranger = await world.token({ role: 'tenant_admin', tenantId: newId() });
    expect(await world.call('GET', path, { token: stranger })).toMatchObject({ status: 404 });
    expect(await world.call('DELETE', `${path}/${made.body.linkId}`, { token: admin })).toMatchObject({
      status: 204,
    });
  });

  it('is listed page by page, the latest first, while the coupon is locked by somebody', async () => {
    const { couponId } = await world.published(owner);
    const made: ShareLinkView[] = [];
    for (let n = 0; n < 3; n++) made.unshift((await share(couponId)).body);
    const client = await world.database.ownerPool().connect();
    try {
      await client.query('BEGIN');
      await client.query("SELECT set_config('octopus.tenant_id', $1, true)", [owner.tenantId]);
      const locked = await client.query('SELECT 1 FROM coupon WHERE coupon_id = $1 FOR UPDATE', [couponId]);
      expect(locked.rowCount).toBe(1);
      const path = `/v1/coupons/${couponId}/share-links`;
      const first = await world.call<ShareLinkPage>('GET', `${path}?limit=2`, { token: owner.token });
      expect(first.body.items).toEqual(made.slice(0, 2));
      const next = `${path}?limit=2&cursor=${first.body.nextCursor}`;
      const second = await world.call<ShareLinkPage>('GET', next, { token: owner.token });
      expect(second.body).toEqual({ items: made.slice(2), nextCursor: null });
      const qr = `${await world.app.getUrl()}${path}/${made[0]?.linkId}/qr`;
      const drawn = await fetch(qr, { headers: { authorization: `Bearer ${owner.token}` } });
      expect(drawn.status).toBe(200);
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  });

  it.each(['%00', 'a%00b', 'nonsense', '%F0%9F%8D%95', '..%2F..'])(
    'that is no code gets the page that says so, and counts for nothing: %s',
    async (code) => {
      for (let n = 0; n < 4; n++) {
        const { status, html } = await open(code, '192.0.2.77');
        expect([status, html.includes('leads nowhere')]).toEqual([404, true]);
      }
    },
  );

  it('cannot be guessed: who tries too many has to wait, by address and by user, and nobody else', async () => {
    const { couponId } = await world.published(owner);
    const { code } = (await share(couponId)).body;
    // What stands left of the last comma is the caller's own claim.
    for (let n = 0; n < 3; n++)
      expect(await open(newShareCode(), `10.0.0.${n}, 192.0.2.9`)).toMatchObject({ status: 404 });
    const refused = await open(code, '192.0.2.9');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(500);
    expect((await open(code, '192.0.2.10')).status).toBe(200);
    const token = await world.token({ role: 'end_user', tenantId: owner.tenantId });
    const asked = (tried: string) => world.call('GET', `/v1/share-links/${tried}`, { token });
    for (let n = 0; n < 3; n++) expect(await asked(newShareCode())).toMatchObject({ status: 404 });
    expect(await asked(code)).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect((await resolve(code)).status).toBe(200);
  });

  it.each([
    ['svg', 'image/svg+xml', '<svg'],
    ['png', 'image/png', 'PNG'],
  ])('can be had as a QR code: %s', async (format, type, begin) => {
    const { couponId } = await world.published(owner);
    const { linkId } = (await share(couponId)).body;
    const path = `/v1/coupons/${couponId}/share-links/${linkId}/qr?format=${format}`;
    const response = await fetch(`${await world.app.getUrl()}${path}`, {
      headers: { authorization: `Bearer ${owner.token}` },
    });
    expect(response.headers.get('content-type')).toBe(type);
    expect(await response.text()).toContain(begin);
  });
});
