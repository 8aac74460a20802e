import { runService } from '#platform';
import { notificationEnv } from './config.js';
import { NotificationModule } from './notification.module.js';
import { migrationSet } from './store/migrations/index.js';

await runService({
  name: 'notification',
  module: NotificationModule,
  env: notificationEnv,
  migrations: migrationSet,
});
