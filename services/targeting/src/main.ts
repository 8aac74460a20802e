import { loadConfig, runService } from '#platform';
import { targetingEnv } from './config.js';
import { TargetingModule } from './targeting.module.js';

await runService({
  name: 'targeting',
  module: TargetingModule,
  config: loadConfig(targetingEnv, process.env),
});
