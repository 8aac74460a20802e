import { runService } from '#platform';
import { targetingEnv } from './config.js';
import { TargetingModule } from './targeting.module.js';

await runService({ name: 'targeting', module: TargetingModule, env: targetingEnv });
