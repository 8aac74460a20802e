import { loadConfig, runService } from '#platform';
import { CatalogModule } from './catalog.module.js';
import { catalogEnv } from './config.js';

await runService({ name: 'catalog', module: CatalogModule, config: loadConfig(catalogEnv, process.env) });
