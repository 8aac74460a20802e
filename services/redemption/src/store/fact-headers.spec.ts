import { expect, it } from '@jest/globals';
import { envelope, fromHeaders } from '#contracts';
import { newId } from '#testkit';
import { factHeaders } from './fact-headers.js';

it.each(['redeemed', 'exhausted'] as const)(
  'with what the function adds, %s has a whole envelope',
  (kind) => {
    const tenantId = newId();
    const shared = (JSON.parse(factHeaders(tenantId)) as Record<string, Record<string, string>>)[kind];
    expect(fromHeaders({ ...shared })).toHaveProperty('problem');
    const whole = fromHeaders({
      ...shared,
      ce_id: newId(),
      ce_time: '2026-11-22T12:00:00.000Z',
      ce_subject: 'redemption/1',
      ce_correlationid: 'request',
    });
    expect(envelope.parse(whole)).toMatchObject({ tenantId, source: '/octopus/redemption' });
  },
);

it('are of the tenant asked for, however many were asked for in between', () => {
  const tenants = Array.from({ length: 1_500 }, () => newId());
  const headersOf = (tenantId: string) => {
    const { redeemed } = JSON.parse(factHeaders(tenantId)) as { redeemed: Record<string, string> };
    return Object.values(redeemed);
  };
  for (const tenantId of [...tenants, ...tenants.slice(0, 2)])
    expect(headersOf(tenantId)).toContain(tenantId);
});
