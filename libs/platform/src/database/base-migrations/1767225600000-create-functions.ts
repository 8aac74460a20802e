import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateFunctions1767225600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The one clock of all decisions. A function, so that tests can shift it.
    await runner.query(`
      CREATE FUNCTION octopus_now() RETURNS timestamptz
        LANGUAGE sql VOLATILE PARALLEL SAFE AS 'SELECT clock_timestamp()'`);
    await runner.query(`
      CREATE FUNCTION octopus_tenant_id() RETURNS uuid
        LANGUAGE sql STABLE PARALLEL SAFE
        AS $$ SELECT nullif(current_setting('octopus.tenant_id', true), '')::uuid $$`);
    // Facts with one key must share a shard: within a shard the relay keeps their order.
    await runner.query(`
      CREATE FUNCTION outbox_shard(key text) RETURNS smallint
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $$ SELECT (hashtextextended(key, 0) & 7)::smallint $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION outbox_shard(text), octopus_tenant_id(), octopus_now()');
  }
}
