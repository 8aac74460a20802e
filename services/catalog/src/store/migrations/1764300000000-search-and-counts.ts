import { tenantTable } from '#platform';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Coupons by a part of their name, how many different people redeemed each, and statuses counted through an index. */
export class SearchAndCounts1764300000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...extensions, ...names, ...search, ...counts]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE coupon_usage DROP COLUMN unique_users');
    await runner.query('DROP FUNCTION coupons_named(text, integer)');
    await runner.query('DROP TRIGGER coupon_named ON coupon');
    await runner.query('DROP TRIGGER coupon_renamed ON coupon');
    await runner.query('DROP FUNCTION keep_coupon_name()');
    await runner.query('DROP TABLE coupon_name');
    await runner.query('ALTER TABLE coupon DROP COLUMN name_key');
    await runner.query('DROP FUNCTION search_key(text)');
    await runner.query('DROP EXTENSION pg_trgm, btree_gin');
    await runner.query('DROP SCHEMA extensions');
  }
}

/** Both are trusted: the owner of a database may create them. In a schema of their own, so that rights on ours stay ours. */
const extensions = [
  'CREATE SCHEMA extensions',
  'CREATE EXTENSION pg_trgm SCHEMA extensions',
  'CREATE EXTENSION btree_gin SCHEMA extensions',
];

const names = [
  // What is asked for and what is stored go through the same function. The named collation knows the letters of all
  // alphabets, whatever the database's own is; the letters replaced at the end are those that do not come apart.
  `CREATE FUNCTION search_key(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
     SELECT translate(replace(
       regexp_replace(lower(normalize(words, NFKD) COLLATE "und-x-icu"), '[\\u0300-\\u036f]', '', 'g'), 'ß', 'ss'),
       'đøłıħ', 'dolih') $$`,
  'ALTER TABLE coupon ADD COLUMN name_key text COLLATE "C" GENERATED ALWAYS AS (search_key(name)) STORED',
];

const search = [
  // Row-level security lets no index be asked whether a text contains another: that is no "leakproof" question. So the
  // names lie in a table of their own, whose only partition a function of its owner reads; no policy lies on that, and
  // the service has no right to it.
  `CREATE TABLE coupon_name (
    tenant_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    name_key text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant_id, coupon_id)
  ) PARTITION BY HASH (tenant_id)`,
  'CREATE TABLE coupon_name_0 PARTITION OF coupon_name FOR VALUES WITH (MODULUS 1, REMAINDER 0)',
  ...tenantTable('coupon_name'),
  // No pending list, which every search would have to read.
  `CREATE INDEX coupon_name_trigrams ON coupon_name
     USING gin (tenant_id extensions.uuid_ops, name_key extensions.gin_trgm_ops) WITH (fastupdate = off)`,

  // With its owner's rights: a service that is still running gets its own only when all migrations have run. The tenant's
  // policy is forced on the table all the same.
  `CREATE FUNCTION keep_coupon_name() RETURNS trigger
     LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
   BEGIN
     IF TG_OP <> 'INSERT' THEN
       DELETE FROM public.coupon_name WHERE tenant_id = OLD.tenant_id AND coupon_id = OLD.coupon_id;
     END IF;
     IF TG_OP <> 'DELETE' AND NEW.name_key IS NOT NULL THEN
       INSERT INTO public.coupon_name (tenant_id, coupon_id, name_key)
         VALUES (NEW.tenant_id, NEW.coupon_id, NEW.name_key);
     END IF;
     RETURN NULL;
   END $$`,
  `CREATE TRIGGER coupon_named AFTER INSERT OR DELETE ON coupon FOR EACH ROW EXECUTE FUNCTION keep_coupon_name()`,
  `CREATE TRIGGER coupon_renamed AFTER UPDATE OF name ON coupon FOR EACH ROW
     WHEN (OLD.name_key IS DISTINCT FROM NEW.name_key) EXECUTE FUNCTION keep_coupon_name()`,
  'ALTER TABLE coupon NO FORCE ROW LEVEL SECURITY',
  `INSERT INTO coupon_name_0 (tenant_id, coupon_id, name_key)
     SELECT tenant_id, coupon_id, name_key FROM coupon WHERE name_key IS NOT NULL`,
  'ALTER TABLE coupon FORCE ROW LEVEL SECURITY',

  // The tenant's coupons whose names contain the words; null where there are more than so many. Planned each time: few
  // names are found by the index, many by reading until there are enough.
  `CREATE FUNCTION coupons_named(words text, most integer) RETURNS uuid[]
     LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
   DECLARE
     pattern CONSTANT text := '%' || regexp_replace(public.search_key(words), '([\\\\%_])', '\\\\\\1', 'g') || '%';
     found uuid[];
   BEGIN
     EXECUTE 'SELECT ARRAY(SELECT coupon_id FROM public.coupon_name_0 WHERE tenant_id = $1 AND name_key LIKE $2 LIMIT $3)'
       INTO found USING public.octopus_tenant_id(), pattern, most + 1;
     RETURN CASE WHEN cardinality(found) <= most THEN found END;
   END $$`,
  'REVOKE ALL ON FUNCTION coupons_named(text, integer) FROM PUBLIC',
];

const counts = [
  // Redemptions from before are not counted: nobody has told of their users.
  'ALTER TABLE coupon_usage ADD COLUMN unique_users integer NOT NULL DEFAULT 0',
];
