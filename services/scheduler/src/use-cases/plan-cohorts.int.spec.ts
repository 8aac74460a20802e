import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { newId, testDatabase, type TestDatabase } from '#testkit';
import type { PlannedCoupon } from '../domain/occurrence.js';
import { CouponScheduleStore } from '../store/coupon-schedule.store.js';
import { DueStore } from '../store/due.store.js';
import { migrationSet } from '../store/migrations/index.js';
import { PlanCohorts } from './plan-cohorts.js';

const schedules = new CouponScheduleStore();
const planCohorts = new PlanCohorts(schedules, new DueStore());
const tenantId = newId();
const zones = [
  { name: 'zone/Europe/Zagreb', data: { users: 1 } },
  { name: 'zone/America/Havana', data: {} },
];
let database: TestDatabase;
let source: DataSource;
beforeAll(async () => {
  database = await testDatabase(migrationSet);
  source = await new DataSource({ type: 'postgres', url: database.appUrl, poolSize: 1 }).initialize();
});
afterAll(async () => {
  await source.destroy();
  await database.drop();
});

describe('cohorts of a coupon', () => {
  const couponId = newId();
  const schedule = { startAt: null, endAt: null, timeZone: 'UTC', recurrence: null };
  const coupon: PlannedCoupon = { couponId, status: 'active', schedule };

  it('are kept with what they reckon with, each once; none of a coupon that is not known or has finished', async () => {
    const kept = async () => {
      await planCohorts.run(source.manager, tenantId, couponId, zones);
      const found = await schedules.cohorts(source.manager, tenantId, couponId);
      return found.map(({ cohort }) => cohort.name).toSorted();
    };
    await source.query(`SELECT set_config('octopus.tenant_id', $1, false)`, [tenantId]);
    expect(await kept()).toEqual(['']);
    await schedules.takeOver(source.manager, tenantId, { couponId, version: 1, coupon });
    expect(await kept()).toEqual(['', 'zone/America/Havana', 'zone/Europe/Zagreb']);
    expect(await kept()).toHaveLength(3);
    await schedules.takeOver(source.manager, tenantId, { couponId, version: 2, coupon: null });
    await schedules.forget(source.manager, tenantId, couponId);
    expect(await kept()).toEqual(['']);
  });
});
