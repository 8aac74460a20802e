import { platformEnv } from '#platform';

/** Environment of the scheduler: what every service reads, and nothing of its own yet. */
export const schedulerEnv = platformEnv;
