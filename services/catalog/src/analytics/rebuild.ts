import { dataSourceOptions, loadConfig, Log, TenantDatabase } from '#platform';
import { DataSource } from 'typeorm';
import { catalogEnv } from '../config.js';
import { GenerationStore } from './store/generation.store.js';
import { JournalStore } from './store/journal.store.js';
import { TallyStore } from './store/tally.store.js';
import { RebuildAnalytics } from './use-cases/rebuild-analytics.js';

/**
 * Operators' command: makes the read model of analytics again, of the tenants named as arguments or of all. It may be
 * ended at any time and run again; see docs/runbooks/analytics-rebuild.md.
 */
const config = loadConfig(catalogEnv, process.env);
const log = new Log({ level: config.LOG_LEVEL });
const dataSource = await new DataSource(dataSourceOptions('catalog', config)).initialize();
const rebuild = new RebuildAnalytics(
  new TenantDatabase(dataSource, log),
  new GenerationStore(),
  new JournalStore(),
  new TallyStore(),
);
let isStopped = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => (isStopped = true));
try {
  const named = process.argv.slice(2);
  for (const tenantId of named.length > 0 ? named : await rebuild.tenants()) {
    if (isStopped) break;
    await rebuild.run(tenantId, () => !isStopped);
    if (!isStopped) log.info({ tenantId }, 'analytics are rebuilt');
  }
} finally {
  await dataSource.destroy();
}
