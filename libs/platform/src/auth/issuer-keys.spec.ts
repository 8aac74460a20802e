import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { exportJWK, generateKeyPair } from 'jose';
import type { JWK } from 'jose';
import { Clock } from '../clock/clock.js';
import { testConfig } from '../http/testing/edge-app.js';
import { Log } from '../logging/log.js';
import { IssuerKeys, KeysUnavailable } from './issuer-keys.js';

class SetClock extends Clock {
  ms = 1_800_000_000_000;
  override now(): Date {
    return new Date(this.ms);
  }
}

describe("the issuer's keys", () => {
  let server: Server;
  let published: JWK[];
  let fetches: number;
  let broken: boolean;
  let clock: SetClock;
  let keys: IssuerKeys;

  const newKey = async (kid: string): Promise<JWK> => {
    const { publicKey } = await generateKeyPair('ES256');
    return { ...(await exportJWK(publicKey)), kid, alg: 'ES256' };
  };
  const keyFor = (kid: string) => keys.keyFor({ alg: 'ES256', kid }, { payload: '', signature: '' });

  beforeEach(async () => {
    fetches = 0;
    broken = false;
    published = [await newKey('first')];
    server = createServer((_request, response) => {
      fetches += 1;
      if (broken) response.writeHead(500).end();
      else response.end(JSON.stringify({ keys: published }));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    clock = new SetClock();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
    keys = new IssuerKeys(testConfig({ AUTH_JWKS_URL: url }), clock, new Log({ level: 'silent' }));
  });
  afterEach(() => new Promise((done) => server.close(done)));

  it('are fetched once for many tokens', async () => {
    await Promise.all([keyFor('first'), keyFor('first'), keyFor('first')]);
    await keyFor('first');
    expect(fetches).toBe(1);
  });

  it('must be known before the process is ready; once known they are enough', async () => {
    broken = true;
    await expect(keys.checkKnown()).rejects.toThrow(KeysUnavailable);
    broken = false;
    clock.ms += 1_000;
    await keys.checkKnown();
    broken = true;
    clock.ms += 3_600_000;
    await keys.checkKnown();
  });

  it('are fetched again for a new key, not more than once in ten seconds', async () => {
    await keyFor('first');
    published = [await newKey('second')];
    clock.ms += 9_999;
    await expect(keyFor('second')).rejects.toThrow('no applicable key');
    expect(fetches).toBe(1);
    clock.ms += 1;
    await keyFor('second');
    for (let made = 0; made < 50; made += 1) await expect(keyFor(`made-up-${made}`)).rejects.toThrow();
    expect(fetches).toBe(2);
  });

  it('serve on while the issuer is away', async () => {
    await keyFor('first');
    broken = true;
    clock.ms += 24 * 3_600_000;
    await keyFor('first');
    await keyFor('first');
  });

  it('that were withdrawn are gone after the next fetch', async () => {
    await keyFor('first');
    published = [await newKey('second')];
    clock.ms += 10 * 60_000 + 1;
    await keyFor('first');
    while (fetches < 2) await new Promise((done) => setTimeout(done, 5));
    await new Promise((done) => setTimeout(done, 20));
    await expect(keyFor('first')).rejects.toThrow('no applicable key');
  });

  it('that cannot be had are not asked for by every request', async () => {
    broken = true;
    await expect(keyFor('first')).rejects.toThrow(KeysUnavailable);
    await expect(keyFor('first')).rejects.toThrow(KeysUnavailable);
    expect(fetches).toBe(1);
    broken = false;
    clock.ms += 1000;
    await keyFor('first');
    expect(fetches).toBe(2);
  });
});
