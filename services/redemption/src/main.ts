import { runService } from '#platform';
import { redemptionEnv } from './config.js';
import { RedemptionModule } from './redemption.module.js';

await runService({ name: 'redemption', module: RedemptionModule, env: redemptionEnv });
