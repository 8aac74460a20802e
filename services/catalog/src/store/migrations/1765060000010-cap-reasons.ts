import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Redemption may refuse another total cap for any reason of its contract, which says what they are. */
export class CapReasons1765060000010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE cap_request DROP CONSTRAINT cap_request_reason_check');
  }

  /** NOT VALID: what was refused for another reason meanwhile stays. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE cap_request ADD CONSTRAINT cap_request_reason_check
         CHECK (reason IN ('below_redeemed', 'finished')) NOT VALID`,
    );
  }
}
