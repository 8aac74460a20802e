import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import { KnownTextStore } from './known-text.store.js';
import { migrationSet } from './migrations/index.js';

const texts = new KnownTextStore();
const tenantId = newId();
let database: TestDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await testDatabase(migrationSet);
  source = await new DataSource({ type: 'postgres', url: database.appUrl, poolSize: 1 }).initialize();
  await source.query(`SELECT set_config('octopus.tenant_id', $1, false)`, [tenantId]);
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

/** As builds without reminders write it, word for word: in a rolling update they go on beside this one. */
const byEarlierBuild = `INSERT INTO coupon_text AS stored (tenant_id, coupon_id, version, name, redeemed)
       VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT (tenant_id, coupon_id) DO UPDATE
         SET version = excluded.version, name = excluded.name, redeemed = excluded.redeemed
         WHERE stored.version < excluded.version
       RETURNING 1`;

const learn = (couponId: string, version: number, reminder: string | null) =>
  texts.putCoupon(source.manager, tenantId, couponId, { version, name: 'Tea', redeemed: 'Enjoy!', reminder });

async function reminderOf(couponId: string): Promise<string | null | undefined> {
  const about = { couponId, userId: newId(), channelId: newId() };
  return (await texts.find(source.manager, tenantId, about)).coupon?.reminder;
}

describe("a coupon's reminder", () => {
  it('is not heard where an earlier build learned the version, until that version is told again', async () => {
    const couponId = newId();
    await learn(couponId, 1, 'soon over');
    expect(await reminderOf(couponId)).toBe('soon over');
    await source.query(byEarlierBuild, [tenantId, couponId, 2, 'Tea', 'Enjoy!']);
    expect(await reminderOf(couponId)).toBeUndefined();
    expect(await learn(couponId, 2, 'soon over!')).toBe(true);
    expect(await reminderOf(couponId)).toBe('soon over!');
    expect(await learn(couponId, 2, 'told a third time')).toBe(false);
  });

  it('is none where the coupon says so', async () => {
    const couponId = newId();
    await learn(couponId, 1, null);
    expect(await reminderOf(couponId)).toBeNull();
  });

  it('is heard where a build that kept no version of it wrote it', async () => {
    const couponId = newId();
    await learn(couponId, 1, 'soon over');
    await source.query('UPDATE coupon_text SET reminder_version = NULL WHERE coupon_id = $1', [couponId]);
    expect(await reminderOf(couponId)).toBe('soon over');
  });
});
