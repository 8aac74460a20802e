import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * As before, but each coupon and cohort of a batch is looked up by its key. With `= ANY … ORDER BY … FOR UPDATE` the planner
 * may walk through all coupons of a tenant whose table it has no figures of.
 */
export class CohortsByKey1765030000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(readCohorts);
  }

  async down(): Promise<void> {
    // The function before gave the same answers.
  }
}

const readCohorts = `
  CREATE OR REPLACE FUNCTION read_cohorts(tenants uuid[], coupons uuid[], cohorts text[])
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
        -- A statement of its own, so that what is read next is read under the locks. In the order of ids, as every writer
        -- takes them: the loop's outer side is sorted.
        PERFORM FROM (SELECT DISTINCT k.id FROM unnest(its_coupons) AS k (id) ORDER BY k.id) AS k
          CROSS JOIN LATERAL (SELECT FROM coupon_schedule s
                               WHERE s.tenant_id = tenant AND s.coupon_id = k.id LIMIT 1 FOR UPDATE) AS locked;
        RETURN QUERY
          SELECT tenant, asked.coupon_id, asked.name, s.coupon, c.data, told.announced
            FROM unnest(its_coupons, its_names) AS asked (coupon_id, name)
            LEFT JOIN LATERAL (SELECT x.coupon FROM coupon_schedule x
                                WHERE x.tenant_id = tenant AND x.coupon_id = asked.coupon_id LIMIT 1) AS s ON true
            LEFT JOIN LATERAL (SELECT x.data FROM cohort x
                                WHERE x.tenant_id = tenant AND x.coupon_id = asked.coupon_id AND x.name = asked.name
                                LIMIT 1) AS c ON true
           CROSS JOIN LATERAL (SELECT jsonb_object_agg(a.kind, extract(epoch FROM a.due_at) * 1000) AS announced
                                 FROM (SELECT x.kind, x.due_at FROM announced x
                                        WHERE x.tenant_id = tenant AND x.coupon_id = asked.coupon_id
                                          AND x.cohort = asked.name
                                        ORDER BY x.tenant_id, x.coupon_id, x.cohort, x.kind) AS a) AS told;
      END LOOP;
      PERFORM set_config('octopus.tenant_id', '', true);
    END $$`;
