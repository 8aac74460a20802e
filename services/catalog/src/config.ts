import { PlatformConfig, platformEnv } from '#platform';
import { z } from 'zod';

/** The catalog's own variables, beside those of every service. */
export const catalogEnv = platformEnv.extend({
  /** Milliseconds that a request for another cap waits for redemption's decision before it is answered 202. */
  CATALOG_CAP_WAIT_MS: z.coerce
    .number('must be milliseconds')
    .pipe(z.int().min(0).max(60_000))
    .default(2_000),
});

export type CatalogConfigValues = Readonly<z.output<typeof catalogEnv>>;

/** Injection token and type; its value is the frozen object that `loadConfig` returned. */
export abstract class CatalogConfig extends PlatformConfig implements CatalogConfigValues {
  abstract readonly CATALOG_CAP_WAIT_MS: number;
}
