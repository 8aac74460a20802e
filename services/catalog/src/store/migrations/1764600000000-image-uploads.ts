import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When the bytes were uploaded last: a deleted draft takes its image along, but not from under another page. */
export class ImageUploads1764600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE image_check ADD COLUMN uploaded_at timestamptz(3) NOT NULL DEFAULT octopus_now()',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE image_check DROP COLUMN uploaded_at');
  }
}
