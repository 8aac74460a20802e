import { expect, it } from '@jest/globals';
import { envelope, fromHeaders } from '#contracts';
import { newId } from '#testkit';
import { factHeaders } from './fact-headers.js';

it.each([1, 2, 3, 4, 5, 6])('with what the function adds, kind %s has a whole envelope', (kind) => {
  const tenantId = newId();
  const shared = headsOf(tenantId)[kind - 1];
  expect(fromHeaders({ ...shared })).toHaveProperty('problem');
  const whole = fromHeaders({
    ...shared,
    ce_id: newId(),
    ce_time: '2026-11-22T12:00:00.000Z',
    ce_subject: 'redemption/1',
    ce_correlationid: 'request',
  });
  expect(envelope.parse(whole)).toMatchObject({ tenantId, source: '/octopus/redemption' });
});

it('are of the tenant asked for, however many were asked for in between', () => {
  const tenants = Array.from({ length: 1_500 }, () => newId());
  const headersOf = (tenantId: string) => Object.values(headsOf(tenantId)[0] ?? {});
  for (const tenantId of [...tenants, ...tenants.slice(0, 2)])
    expect(headersOf(tenantId)).toContain(tenantId);
});

/** Read as PostgreSQL reads it: elements in quotes, a backslash before what would end one. */
function headsOf(tenantId: string): Record<string, string>[] {
  const elements = factHeaders(tenantId).matchAll(/"((?:[^"\\]|\\.)*)"/g);
  return [...elements].map(
    ([, head = '']) => JSON.parse(`${head.replaceAll(/\\(.)/g, '$1')}}`) as Record<string, string>,
  );
}
