import { platformEnv } from '#platform';

/** Environment of the catalog: what every service reads, and nothing of its own yet. */
export const catalogEnv = platformEnv;
