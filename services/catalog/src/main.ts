import { runService } from '#platform';
import { catalogEnv } from './config.js';
import { CatalogModule } from './catalog.module.js';
import { migrationSet } from './store/migrations/index.js';

await runService({ name: 'catalog', module: CatalogModule, env: catalogEnv, migrations: migrationSet });
