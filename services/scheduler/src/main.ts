import { runService } from '#platform';
import { schedulerEnv } from './config.js';
import { SchedulerModule } from './scheduler.module.js';
import { migrationSet } from './store/migrations/index.js';

await runService({ name: 'scheduler', module: SchedulerModule, env: schedulerEnv, migrations: migrationSet });
