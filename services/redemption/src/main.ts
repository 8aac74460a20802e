import { runService } from '#platform';
import { redemptionEnv } from './config.js';
import { RedemptionModule } from './redemption.module.js';
import { migrationSet } from './store/migrations/index.js';

await runService({
  name: 'redemption',
  module: RedemptionModule,
  env: redemptionEnv,
  migrations: migrationSet,
});
