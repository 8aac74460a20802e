import { afterEach, describe, expect, it } from '@jest/globals';
import { isAlive } from '#servers';
import { serviceProcess, type ServiceProcess } from './service-process.js';

describe('serviceProcess', () => {
  const running: ServiceProcess[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((one) => one.stop()));
  });
  const issuer = async (): Promise<ServiceProcess> => {
    const started = await serviceProcess('dev-issuer', {});
    running.push(started);
    return started;
  };

  it('runs a program from dist that answers', async () => {
    const { url, pid } = await issuer();
    expect((await fetch(`${url}/token/ana`)).status).toBe(200);
    expect(isAlive(pid)).toBe(true);
  });

  it('gives each its own port', async () => {
    const [one, other] = await Promise.all([issuer(), issuer()]);
    expect(one.url).not.toBe(other.url);
  });

  it('says how it was killed', async () => {
    const process = await issuer();
    expect(await process.kill('SIGKILL')).toBe('signal SIGKILL');
    expect(isAlive(process.pid)).toBe(false);
    await process.stop();
  });

  it('ends it by SIGTERM, and knows its last words afterwards', async () => {
    const started = await issuer();
    await started.stop();
    expect(isAlive(started.pid)).toBe(false);
    expect(started.logs()).toEqual(expect.any(String));
  });

  it('tells in the words of the program why it did not start', async () => {
    const wrong = serviceProcess('front-door', { CATALOG_URL: 'nowhere' });
    await expect(wrong).rejects.toThrow(
      /front-door ended before it was ready \(code 1\)[\s\S]*CATALOG_URL: must be an http\(s\) URL/,
    );
  });
});
