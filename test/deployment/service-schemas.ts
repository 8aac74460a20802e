import type { z } from 'zod';
import type { ServiceName } from '#contracts';
import { catalogEnv } from '../../services/catalog/src/config.js';
import { notificationEnv } from '../../services/notification/src/config.js';
import { redemptionEnv } from '../../services/redemption/src/config.js';
import { schedulerEnv } from '../../services/scheduler/src/config.js';
import { targetingEnv } from '../../services/targeting/src/config.js';

/** What each service reads from its environment. */
export const serviceSchemas: Record<ServiceName, z.ZodObject> = {
  catalog: catalogEnv,
  redemption: redemptionEnv,
  scheduler: schedulerEnv,
  notification: notificationEnv,
  targeting: targetingEnv,
};
