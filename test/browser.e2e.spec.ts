import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { serviceNames } from '#contracts';
import { eventually } from '#testkit';
import { seedDemo } from '../tools/stack/src/seed.js';
import { everyOperation } from './system/api-operations.js';
import { closePages, findChromium, openPage, startBrowser } from './system/browser.js';
import { startWholeSystem, type WholeSystem } from './system/whole-system.js';

const chromium = findChromium();

// Without a Chromium these are counted as skipped; CHROMIUM_PATH names one that lies elsewhere.
(chromium === undefined ? describe.skip : describe)('in a browser', () => {
  let system: WholeSystem;
  let browser: Browser;
  beforeAll(async () => {
    system = await startWholeSystem({ signIn: 'development' });
    await seedDemo({ frontDoorUrl: system.url });
    browser = await startBrowser(chromium ?? '');
  }, 120_000);
  afterEach(() => closePages(browser), 30_000);
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  }, 60_000);

  it('the story page plays the story, shows every exchange and follows it live', async () => {
    const { page, complaints, outside } = await openPage(browser, `${system.url}/`);
    await page.click('#play');
    await page.waitForSelector('#step-clara[data-state="done"]', { timeout: 90_000 });
    await page.waitForSelector('#coupon[data-status="finished"]');
    expect(await page.innerText('#coupon .count')).toBe('3 of 3 redeemed');
    expect(await page.locator('.step[data-state="done"]').count()).toBe(10);
    expect(await page.evaluate('document.getElementById("coupon-image").naturalWidth')).toBe(640);
    await page.waitForSelector('#inbox li:not(.empty)');
    expect(await page.locator('#inbox li').allTextContents()).toEqual([
      expect.stringContaining('Enjoy your Free espresso, Ana!'),
    ]);
    expect(await page.textContent('#stream-state')).toBe('live');
    expect(await page.textContent('#step-dino .outcome')).toMatch(/Refused, as it should be/);
    await page.click('#step-ana summary');
    expect(await page.textContent('#step-ana .request')).toMatch(
      /POST \/redemption\/v1\/coupons\/.*idempotency-key/s,
    );
    expect(await page.textContent('#step-ana .answer')).toMatch(/^201[\s\S]*redemptionId/);
    await screenshot(page, 'story');
    expect({ complaints, outside }).toEqual({ complaints: [], outside: [] });
  }, 240_000);

  it.each([
    ['beans', 11, 'replay', '0 redeemed', /^\d+ beans$/],
    ['hour', 9, 'gone', '0 redeemed', /beans/],
  ])(
    'the story of %s plays to its end',
    async (id, steps, refused, count, balance) => {
      const { page, complaints, outside } = await openPage(browser, `${system.url}/#${id}`);
      expect(await page.textContent('#stories a[aria-current]')).toMatch(/^By /);
      await page.click('#play');
      await page.waitForSelector(`#steps > :last-child[data-state="done"]`, { timeout: 90_000 });
      expect(await page.locator('.step[data-state="done"]').count()).toBe(steps);
      expect(await page.textContent(`#step-${refused} .outcome`)).toMatch(/Refused, as it should be/);
      await eventually(async () => expect(await page.innerText('#coupon .count')).toBe(count));
      await eventually(async () => expect(await page.textContent('#balance')).toMatch(balance));
      await page.waitForSelector('#inbox li:not(.empty)');
      await screenshot(page, id);
      expect({ complaints, outside }).toEqual({ complaints: [], outside: [] });
    },
    240_000,
  );

  it('the API reference shows every route of every service and asks nobody outside', async () => {
    const { page, complaints, outside } = await openPage(browser, `${system.url}/docs/`);
    for (const service of serviceNames) {
      await page.selectOption('#service', service);
      await page.waitForSelector(`.title:has-text("${service}")`);
      const shown = await page.locator('.opblock').count();
      expect([service, shown]).toEqual([
        service,
        everyOperation().filter((one) => one.service === service).length,
      ]);
    }
    expect(await page.locator('img[src*="validator"]').count()).toBe(0);
    await screenshot(page, 'reference');
    expect({ complaints, outside }).toEqual({ complaints: [], outside: [] });
  }, 240_000);

  it('a route tried out in the reference goes through the front door, signed in as a demo person', async () => {
    const { page } = await openPage(browser, `${system.url}/docs/#catalog`);
    await page.selectOption('#persona', 'owner');
    const route = page.locator('.opblock', { has: page.locator('[data-path="/v1/channels"]') }).first();
    await route.locator('.opblock-summary').click();
    await eventually(async () => expect(await route.innerText()).toMatch(/x-roles[\s\S]*channel_owner/));
    const asked = page.waitForResponse((response) => response.url().includes('/catalog/v1/channels'));
    await eventually(async () => route.locator('button.execute').click());
    expect((await asked).status()).toBe(200);
    await page.waitForSelector('.live-responses-table');
    expect(await route.textContent()).toContain('Café Central');
    await screenshot(page, 'try-it-out');
  }, 240_000);
});

/** Where SCREENSHOTS names a folder, for a person to look at. */
async function screenshot(
  page: { screenshot(options: { path: string; fullPage: boolean }): Promise<unknown> },
  name: string,
): Promise<void> {
  const folder = process.env['SCREENSHOTS'];
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
