import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { holdName } from './held-name.js';
import { createServiceDatabase, databaseUrl, dropServiceDatabase } from './service-database.js';

const url = process.env['OCTOPUS_TEST_POSTGRES_URL'] ?? '';

describe('a name that is held on a PostgreSQL server', () => {
  it('can be had again only when it is released', async () => {
    const name = randomUUID();
    const held = await holdName(url, name);
    expect(held).toBeDefined();
    expect(await holdName(url, name)).toBeUndefined();
    const other = await holdName(url, `${name}-other`);
    expect(other).toBeDefined();
    await held?.release();
    const again = await holdName(url, name);
    expect(again).toBeDefined();
    await Promise.all([again?.release(), other?.release()]);
  });

  it('is held whichever database the address names', async () => {
    const name = randomUUID();
    const database = `${process.env['OCTOPUS_TEST_PREFIX']}_held`;
    const names = { database, ownerRole: `${database}_owner`, appRole: `${database}_app` };
    await createServiceDatabase(url, names);
    const held = await holdName(url, name);
    expect(held).toBeDefined();
    expect(await holdName(databaseUrl(url, { database }), name)).toBeUndefined();
    await held?.release();
    await dropServiceDatabase(url, names);
  });
});
