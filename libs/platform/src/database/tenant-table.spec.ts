import { describe, expect, it } from '@jest/globals';
import { tenantTable } from './tenant-table.js';

describe('tenantTable', () => {
  it('enables and forces row-level security, for reading and for writing', () => {
    expect(tenantTable('coupon')).toEqual([
      'ALTER TABLE "coupon" ENABLE ROW LEVEL SECURITY',
      'ALTER TABLE "coupon" FORCE ROW LEVEL SECURITY',
      'CREATE POLICY tenant_only ON "coupon" USING (tenant_id = octopus_tenant_id()) WITH CHECK (tenant_id = octopus_tenant_id())',
    ]);
  });
});
