import { describe, expect, it } from '@jest/globals';
import { databaseUrl } from './service-database.js';

describe('databaseUrl', () => {
  it('changes the database and keeps the rest', () => {
    const url = databaseUrl('postgres://ann:pw@db:5433/postgres?sslmode=require', { database: 'shop' });
    expect(url).toBe('postgres://ann:pw@db:5433/shop?sslmode=require');
  });

  it('changes role and password together, escaped', () => {
    const change = { database: 'shop', role: 'a b', password: 'p/w@' };
    expect(databaseUrl('postgres://ann:pw@db/postgres', change)).toBe('postgres://a%20b:p%2Fw%40@db/shop');
  });
});
