import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** The reference alone keeps a browser busy for seconds, and beside other tests on two cores for ten times as long. */
const PATIENCE_MS = 90_000;

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The machine's Chromium, or what CHROMIUM_PATH names; undefined when there is none. */
export function findChromium(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env['CHROMIUM_PATH'] ?? places.find((place) => existsSync(place));
}

export function startBrowser(executablePath: string): Promise<Browser> {
  // Its sandbox does not work as root and in most containers; it opens nothing but our own pages here.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** Pages that are left open go on drawing and listening, which the next one pays for. */
export async function closePages(browser: Browser): Promise<void> {
  for (const context of browser.contexts()) await context.close();
}

/** A page, and what must stay empty: its complaints, and addresses asked other than ours. */
export async function openPage(
  browser: Browser,
  url: string,
): Promise<{ page: Page; complaints: string[]; outside: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  page.setDefaultTimeout(PATIENCE_MS);
  const [complaints, outside]: [string[], string[]] = [[], []];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A refused request is part of the story; a blocked one or an error in a script is not.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text()))
      complaints.push(message.text());
  });
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url());
    if (protocol !== 'data:' && origin !== new URL(url).origin) outside.push(request.url());
  });
  await page.goto(url);
  return { page, complaints, outside };
}
