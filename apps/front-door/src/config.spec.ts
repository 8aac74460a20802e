import { describe, expect, it } from '@jest/globals';
import { readConfig } from './config.js';

const env = {
  CATALOG_URL: 'http://127.0.0.1:3001/',
  REDEMPTION_URLS: 'http://127.0.0.1:3002, http://127.0.0.1:3003/',
  SCHEDULER_URL: 'http://127.0.0.1:3004',
  NOTIFICATION_URL: 'http://127.0.0.1:3005',
  TARGETING_URL: 'http://127.0.0.1:3006',
};

describe('readConfig', () => {
  it('reads origins and falls back to the documented port', () => {
    expect(readConfig(env)).toMatchObject({
      PORT: 8080,
      CATALOG_URL: 'http://127.0.0.1:3001',
      REDEMPTION_URLS: ['http://127.0.0.1:3002', 'http://127.0.0.1:3003'],
    });
  });

  it('has no issuer unless one is named; an empty variable is an unset one', () => {
    expect(readConfig({ ...env, ISSUER_URL: '' }).ISSUER_URL).toBeUndefined();
    expect(readConfig({ ...env, ISSUER_URL: 'http://127.0.0.1:3007' }).ISSUER_URL).toBe(
      'http://127.0.0.1:3007',
    );
  });

  it('names everything that is missing or wrong at once', () => {
    const wrong = { ...env, CATALOG_URL: '', REDEMPTION_URLS: 'redemption:3002', PORT: 'http' };
    expect(() => readConfig(wrong)).toThrow(
      /PORT: must[\s\S]*CATALOG_URL: is missing[\s\S]*REDEMPTION_URLS: must/,
    );
  });

  it.each(['', ',', 'http://a,'])('refuses %j as the list of replicas', (REDEMPTION_URLS) => {
    expect(() => readConfig({ ...env, REDEMPTION_URLS })).toThrow(/REDEMPTION_URLS/);
  });
});
