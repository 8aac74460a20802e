import type { MigrationInterface } from 'typeorm';
import { causes } from '../kafka/kafka-errors.js';
import { baseMigrations } from './base-migrations/index.js';

type Migrations = readonly (new () => MigrationInterface)[];

/** Where TypeORM notes what has been applied. */
export const MIGRATION_TABLE = 'schema_migration';

/** Of the database as it is before its first migration: no such table, or no right to read it yet. */
const NOT_THERE_YET = ['42P01', '42501'];

/** The schema that this version of the service was written for. */
export class ServiceSchema {
  readonly #needed: readonly string[];
  #complete = false;

  /** @param migrations the service's own; the platform's come first in any case */
  constructor(migrations: Migrations = []) {
    this.#needed = [...baseMigrations, ...migrations].map(
      (migration) => new migration().name ?? migration.name,
    );
  }

  /**
   * Resolves when every migration is recorded; from then on without asking, as migrations are not taken back under a
   * running service.
   * @param query runs a statement in the service's database, as its app role
   * @throws Error naming the migrations that are missing, or why they could not be read
   */
  async check(query: (sql: string) => Promise<{ name: string }[]>): Promise<void> {
    if (this.#complete) return;
    const recorded = new Set((await recordedMigrations(query)).map(({ name }) => name));
    const missing = this.#needed.filter((name) => !recorded.has(name));
    if (missing.length > 0) throw new Error(`migrations are not applied yet: ${missing.join(', ')}`);
    this.#complete = true;
  }
}

async function recordedMigrations(
  query: (sql: string) => Promise<{ name: string }[]>,
): Promise<{ name: string }[]> {
  try {
    return await query(`SELECT name FROM ${MIGRATION_TABLE}`);
  } catch (error) {
    if (causes(error).some(({ code }) => NOT_THERE_YET.includes(String(code)))) return [];
    throw error;
  }
}
