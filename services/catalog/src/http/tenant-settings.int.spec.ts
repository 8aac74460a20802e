import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TenantSettingsView } from '#contracts';
import { newId } from '#testkit';
import { type AuditRow, CatalogWorld } from '../../test/catalog-world.js';

const path = '/v1/tenant-settings';

let world: CatalogWorld;
beforeAll(async () => {
  world = await CatalogWorld.start();
}, 120_000);
afterAll(() => world?.stop());

async function aTenant() {
  const [tenantId, userId] = [newId(), newId()];
  const token = await world.token({ role: 'tenant_admin', tenantId, userId });
  const read = async (as = token) => world.call<TenantSettingsView>('GET', path, { token: as });
  const put = (voidMinutes: number, ifMatch = '*') =>
    world.call<TenantSettingsView>('PUT', path, { token, body: { voidMinutes }, ifMatch });
  return { tenantId, userId, read, put };
}

describe("a tenant's settings", () => {
  it('are the defaults until they are changed', async () => {
    const { read } = await aTenant();
    expect(await read()).toMatchObject({
      status: 200,
      body: { voidMinutes: 30, version: 1 },
      headers: { etag: '"1"' },
    });
  });

  it('are changed, audited and told, and nobody else’s change with them', async () => {
    const [mine, other] = [await aTenant(), await aTenant()];
    expect(await mine.put(60, '"1"')).toMatchObject({
      status: 200,
      body: { voidMinutes: 60, version: 2 },
      headers: { etag: '"2"' },
    });
    expect((await mine.put(45, '"2"')).body.version).toBe(3);
    expect((await mine.read()).body).toEqual({ voidMinutes: 45, version: 3 });
    expect((await other.read()).body).toEqual({ voidMinutes: 30, version: 1 });
    const cashier = await world.token({ role: 'cashier', tenantId: mine.tenantId });
    expect((await mine.read(cashier)).body.voidMinutes).toBe(45);

    const facts = await world.factsOn('catalog.tenant.v1', mine.tenantId, 2);
    expect(facts.map(({ envelope, data }) => [envelope?.revision, envelope?.subject, data])).toEqual([
      [2, `tenant/${mine.tenantId}`, { tenantId: mine.tenantId, voidMinutes: 60 }],
      [3, `tenant/${mine.tenantId}`, { tenantId: mine.tenantId, voidMinutes: 45 }],
    ]);
    const entries = await world.database.rows<AuditRow>(
      mine.tenantId,
      `SELECT action, actor_id AS "actorId", before, after FROM audit_entry
        WHERE tenant_id = $1 AND tenant_settings ORDER BY entry_id`,
      [mine.tenantId],
    );
    expect(entries).toEqual([
      {
        action: 'change',
        actorId: mine.userId,
        before: { voidMinutes: 30, version: 1 },
        after: { voidMinutes: 60, version: 2 },
      },
      {
        action: 'change',
        actorId: mine.userId,
        before: { voidMinutes: 60, version: 2 },
        after: { voidMinutes: 45, version: 3 },
      },
    ]);
  });

  it('of two changes made from one version, one is refused and nothing of it is lost on the way', async () => {
    const { put, read } = await aTenant();
    const answers = await Promise.all([put(60, '"1"'), put(45, '"1"')]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ code: 'version_conflict' });
    expect((await read()).body.version).toBe(2);
  });

  it('must be changed from a stated version', async () => {
    const { tenantId } = await aTenant();
    const token = await world.token({ role: 'tenant_admin', tenantId });
    expect(await world.problem('PUT', path, { token, body: { voidMinutes: 60 } })).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ pointer: 'header/if-match' }] },
    });
  });
});
