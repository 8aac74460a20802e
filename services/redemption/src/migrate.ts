import { migrateService } from '#platform';
import { migrationSet } from './store/migrations/index.js';

await migrateService(migrationSet);
