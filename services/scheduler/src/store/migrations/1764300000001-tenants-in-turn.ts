import type { MigrationInterface, QueryRunner } from 'typeorm';

/** As before, but each tenant is given its own part of the batch, instead of looking for it in the whole. */
export class TenantsInTurn1764300000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of statements) await runner.query(statement);
  }

  async down(): Promise<void> {
    // The functions before gave the same answers.
  }
}

const statements = [
  `CREATE OR REPLACE FUNCTION read_cohorts(tenants uuid[], coupons uuid[], cohorts text[])
     RETURNS TABLE (tenant_id uuid, coupon_id uuid, name text, coupon jsonb, data jsonb, announced jsonb)
     LANGUAGE plpgsql VOLATILE AS $$
     DECLARE
       tenant uuid;
       its_coupons uuid[];
       its_names text[];
     BEGIN
       FOR tenant, its_coupons, its_names IN
         SELECT a.tenant, array_agg(a.coupon), array_agg(a.cohort)
           FROM (SELECT DISTINCT * FROM unnest(tenants, coupons, cohorts) AS one (tenant, coupon, cohort)) AS a
          GROUP BY a.tenant ORDER BY a.tenant
       LOOP
         PERFORM set_config('octopus.tenant_id', tenant::text, true);
         -- A statement of its own, so that what is read next is read under the locks.
         PERFORM FROM coupon_schedule s
           WHERE s.tenant_id = tenant AND s.coupon_id = ANY (its_coupons) ORDER BY s.coupon_id FOR UPDATE;
         RETURN QUERY
           SELECT tenant, asked.coupon_id, asked.name, s.coupon, c.data,
                  (SELECT jsonb_object_agg(a.kind, extract(epoch FROM a.due_at) * 1000) FROM announced a
                    WHERE a.tenant_id = tenant AND a.coupon_id = asked.coupon_id AND a.cohort = asked.name)
             FROM unnest(its_coupons, its_names) AS asked (coupon_id, name)
             LEFT JOIN coupon_schedule s ON s.tenant_id = tenant AND s.coupon_id = asked.coupon_id
             LEFT JOIN cohort c ON c.tenant_id = tenant AND c.coupon_id = asked.coupon_id AND c.name = asked.name;
       END LOOP;
       PERFORM set_config('octopus.tenant_id', '', true);
     END $$`,

  `CREATE OR REPLACE FUNCTION note_announced(
       tenants uuid[], coupons uuid[], cohorts text[], kinds text[], instants timestamptz[])
     RETURNS void LANGUAGE plpgsql VOLATILE AS $$
     DECLARE
       tenant uuid;
       its_coupons uuid[];
       its_names text[];
       its_kinds text[];
       its_instants timestamptz[];
     BEGIN
       FOR tenant, its_coupons, its_names, its_kinds, its_instants IN
         SELECT a.tenant, array_agg(a.coupon), array_agg(a.cohort), array_agg(a.kind), array_agg(a.due_at)
           FROM unnest(tenants, coupons, cohorts, kinds, instants) AS a (tenant, coupon, cohort, kind, due_at)
          GROUP BY a.tenant ORDER BY a.tenant
       LOOP
         PERFORM set_config('octopus.tenant_id', tenant::text, true);
         INSERT INTO announced (tenant_id, coupon_id, cohort, kind, due_at)
           SELECT tenant, * FROM unnest(its_coupons, its_names, its_kinds, its_instants)
           ON CONFLICT (tenant_id, coupon_id, cohort, kind) DO UPDATE SET due_at = excluded.due_at;
       END LOOP;
       PERFORM set_config('octopus.tenant_id', '', true);
     END $$`,
];
