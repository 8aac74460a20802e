import { runService } from '#platform';
import { catalogEnv } from './config.js';
import { CatalogModule } from './catalog.module.js';

await runService({ name: 'catalog', module: CatalogModule, env: catalogEnv });
