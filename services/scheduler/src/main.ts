import { runService } from '#platform';
import { schedulerEnv } from './config.js';
import { SchedulerModule } from './scheduler.module.js';

await runService({ name: 'scheduler', module: SchedulerModule, env: schedulerEnv });
