import { Module } from '@nestjs/common';
import { platformEnv, runService } from '#platform';
import { BaselinesController } from './baselines.controller.js';
import { EvalThenCommit } from './eval-then-commit.js';
import { baselineMigrations } from './migrations.js';
import { NaiveTransaction } from './naive-transaction.js';

@Module({
  controllers: [BaselinesController],
  providers: [NaiveTransaction, EvalThenCommit],
})
class BaselinesModule {}

/** What our endpoint is measured against: a service like any other, started by the bench alone. */
await runService({
  name: 'redemption',
  module: BaselinesModule,
  env: platformEnv,
  migrations: baselineMigrations,
});
