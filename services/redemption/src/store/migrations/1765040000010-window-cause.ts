import { readFileSync } from 'node:fs';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A coupon that moved to another zone wakes the attempts that wait for its windows. */
export class WindowCause1765040000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(readFileSync(new URL('./wake-by-coupon.v2.sql', import.meta.url), 'utf8'));
  }

  /** The function before only said less: it stays. */
  async down(): Promise<void> {}
}
