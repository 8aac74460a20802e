import { runService } from '#platform';
import { notificationEnv } from './config.js';
import { NotificationModule } from './notification.module.js';

await runService({ name: 'notification', module: NotificationModule, env: notificationEnv });
