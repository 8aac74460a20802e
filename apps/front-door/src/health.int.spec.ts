import { afterEach, describe, expect, it } from '@jest/globals';
import { type FakeService, startFakeService } from './testing/fake-service.js';
import { closedAddress, startFrontDoor, type TestFrontDoor } from './testing/test-front-door.js';

describe('health', () => {
  let services: FakeService[] = [];
  let frontDoor: TestFrontDoor | undefined;
  afterEach(async () => {
    await frontDoor?.close();
    await Promise.all(services.map((service) => service.stop()));
    services = [];
  });

  const service = async (status = 200): Promise<string> => {
    const fake = await startFakeService((_request, response) => response.writeHead(status).end());
    services.push(fake);
    return fake.url;
  };
  const given = async (redemption: string[]): Promise<(path: string) => Promise<[number, unknown]>> => {
    frontDoor = await startFrontDoor({
      CATALOG_URL: await service(),
      REDEMPTION_URLS: redemption,
      SCHEDULER_URL: await service(),
      NOTIFICATION_URL: await service(),
      TARGETING_URL: await service(),
    });
    const { url } = frontDoor;
    return async (path) => {
      const answer = await fetch(`${url}${path}`);
      return [answer.status, await answer.json()];
    };
  };

  it('is ready when each service has a ready replica', async () => {
    const get = await given([await closedAddress(), await service()]);
    expect(await get('/health/ready')).toMatchObject([200, { ok: true }]);
    expect(services[0]?.seen[0]?.url).toBe('/health/ready');
  });

  it('names the service of which no replica is ready, and why', async () => {
    const get = await given([await closedAddress(), await service(503)]);
    const failed = { name: 'redemption', ok: false, reason: 'ECONNREFUSED; answered 503' };
    const [status, report] = await get('/health/ready');
    expect([status, report]).toEqual([503, { ok: false, checks: expect.arrayContaining([failed]) }]);
  });

  it('lives whatever the services do', async () => {
    const get = await given([await closedAddress()]);
    expect(await get('/health/live')).toMatchObject([200, { ok: true }]);
  });
});
