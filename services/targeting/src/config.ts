import { platformEnv } from '#platform';

/** Targeting has no variables of its own yet. */
export const targetingEnv = platformEnv;
