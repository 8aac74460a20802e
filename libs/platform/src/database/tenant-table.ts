import pg from 'pg';

/**
 * Statements that put a table with a column `tenant_id` under row-level security: whoever is not the tenant set in the
 * transaction sees and writes nothing. FORCE, because the owner would else be exempt.
 */
export function tenantTable(name: string): string[] {
  const table = pg.escapeIdentifier(name);
  const isOurs = 'tenant_id = octopus_tenant_id()';
  return [
    `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY tenant_only ON ${table} USING (${isOurs}) WITH CHECK (${isOurs})`,
  ];
}
