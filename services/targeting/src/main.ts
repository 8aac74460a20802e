import { runService } from '#platform';
import { targetingEnv } from './config.js';
import { TargetingModule } from './targeting.module.js';
import { migrationSet } from './store/migrations/index.js';

await runService({ name: 'targeting', module: TargetingModule, env: targetingEnv, migrations: migrationSet });
