import { loadConfig, runService } from '#platform';
import { SchedulerModule } from './scheduler.module.js';
import { schedulerEnv } from './config.js';

await runService({
  name: 'scheduler',
  module: SchedulerModule,
  config: loadConfig(schedulerEnv, process.env),
});
