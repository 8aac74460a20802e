import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { type Cafe, openCafe } from './system/cafe.js';
import { findChromium, openPage, startBrowser } from './system/browser.js';
import { call } from './system/http-client.js';
import { startWholeSystem, type WholeSystem } from './system/whole-system.js';

const chromium = findChromium();

describe('a shared link, through the whole system', () => {
  let system: WholeSystem;
  let cafe: Cafe;
  beforeAll(async () => {
    system = await startWholeSystem();
    cafe = await openCafe(system);
  }, 120_000);
  afterAll(() => system?.stop(), 60_000);

  const shared = async (couponId: string): Promise<string> => {
    const { body } = await call('POST', `${system.url}/catalog/v1/coupons/${couponId}/share-links`, {
      token: cafe.ownerToken,
      body: {},
    });
    return String(body['code']);
  };

  it('shows everybody the coupon, and gives it to nobody whom it is not for', async () => {
    const { couponId, channelId } = await cafe.publish();
    const code = await shared(couponId);
    const resolved = await call('GET', `${system.url}/catalog/v1/share-links/${code}`, {
      token: cafe.stranger.token,
    });
    expect(resolved.body).toEqual({ couponId, channelId, status: 'active', opensAt: null });
    expect(await cafe.redeem(couponId, cafe.stranger)).toMatchObject({
      status: 403,
      body: { code: 'not_a_follower' },
    });
    expect(await cafe.redeem(couponId, cafe.followers[0] as Cafe['stranger'])).toMatchObject({ status: 201 });
  }, 60_000);

  (chromium === undefined ? it.skip : it)(
    'is a page that phones show well, by day and by night',
    async () => {
      const { couponId } = await cafe.publish({ imageId: await anImage(), name: 'Free espresso & cake' });
      const browser = await startBrowser(chromium ?? '');
      try {
        const { page, complaints } = await openPage(browser, `${system.url}/s/${await shared(couponId)}`);
        expect(await page.textContent('h1')).toBe('Free espresso & cake');
        expect(await page.getAttribute('meta[property="og:image"]', 'content')).toMatch(/^http.*1280\.jpg$/);
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width: 360, height: 740 });
          const width = await page.evaluate<number>('document.documentElement.scrollWidth');
          expect(width).toBeLessThanOrEqual(360);
          const folder = process.env['SCREENSHOTS'];
          if (folder) await page.screenshot({ path: `${folder}/shared-${colorScheme}.png` });
        }
        expect(complaints).toEqual([]);
      } finally {
        await browser.close();
      }
    },
    60_000,
  );

  const anImage = async (): Promise<string> => {
    const background = { r: 120, g: 80, b: 40 };
    const bytes = await sharp({ create: { width: 1280, height: 720, channels: 3, background } })
      .png()
      .toBuffer();
    const answer = await fetch(`${system.url}/catalog/v1/images`, {
      method: 'POST',
      headers: { authorization: `Bearer ${cafe.ownerToken}`, 'content-type': 'image/png' },
      body: new Uint8Array(bytes),
    });
    return String(((await answer.json()) as { imageId?: string }).imageId);
  };
});
