import { PlatformConfig, platformEnv } from '#platform';
import { z } from 'zod';

const optional = z.string().min(1).optional();

/** The catalog's own variables, beside those of every service. */
export const catalogEnv = platformEnv
  .extend({
    /** Milliseconds that a request for another cap waits for redemption's decision before it is answered 202. */
    CATALOG_CAP_WAIT_MS: z.coerce
      .number('must be milliseconds')
      .pipe(z.int().min(0).max(60_000))
      .default(2_000),
    /** Where images can be had by everybody: the front door, or a CDN before it. */
    CATALOG_IMAGES_URL: z
      .string()
      .regex(/^(https?:\/\/[^\s]+|\/[^\s]*)[^/\s]$/, 'must be a URL or a path, without a slash at its end')
      .default('/catalog/v1/images'),
    /** Where shared links begin, for people outside: the front door's address and `/s`. */
    CATALOG_SHARE_URL: z
      .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
      .regex(/[^/]$/, 'must not end with a slash')
      .default('http://127.0.0.1:8080/s'),
    /** Unknown links that one address, or one user of the app, may try in ten minutes. */
    CATALOG_SHARE_MISSES: z.coerce
      .number('must be a whole number')
      .pipe(z.int().min(1).max(100_000))
      .default(60),
    /** Opens a coupon in the app; `{couponId}` stands for the coupon. */
    CATALOG_APP_URL: z
      .string()
      .regex(/^[a-z][a-z0-9+.-]*:\/\/\S*\{couponId\}\S*$/, 'must be a URL with {couponId} in it')
      .refine((url) => !/^(javascript|data|vbscript):/.test(url), 'must not be a script')
      .default('octopus://coupons/{couponId}'),
    /** Offered to those who have no app yet; unset = nothing is. */
    CATALOG_GET_APP_URL: z.url({ protocol: /^https$/, error: 'must be an https URL' }).optional(),
    /** Images lie in this folder while no bucket is named; not in production. */
    CATALOG_IMAGES_FOLDER: optional,
    /** Images lie in this bucket. */
    CATALOG_S3_BUCKET: optional,
    CATALOG_S3_REGION: z.string().min(1).default('us-east-1'),
    /** Unset = Amazon's own. */
    CATALOG_S3_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
    /** Both unset = as the SDK finds them, such as the role of the pod. */
    CATALOG_S3_ACCESS_KEY_ID: optional,
    CATALOG_S3_SECRET_ACCESS_KEY: optional,
  })
  .superRefine((env, context) => {
    const fault = (name: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [name], message });
    if (env.NODE_ENV === 'production' && env.CATALOG_S3_BUCKET === undefined)
      fault('CATALOG_S3_BUCKET', 'must name a bucket in production');
    if (env.NODE_ENV === 'production' && env.CATALOG_IMAGES_FOLDER !== undefined)
      fault('CATALOG_IMAGES_FOLDER', 'must be unset in production: replicas share no folder');
    // Links that were handed out cannot be called back: the default would lead everybody to their own machine.
    if (env.NODE_ENV === 'production' && new URL(env.CATALOG_SHARE_URL).protocol !== 'https:')
      fault('CATALOG_SHARE_URL', 'must be set in production, to the https address that people outside know');
    if ((env.CATALOG_S3_ACCESS_KEY_ID === undefined) !== (env.CATALOG_S3_SECRET_ACCESS_KEY === undefined))
      fault('CATALOG_S3_SECRET_ACCESS_KEY', 'must be set together with CATALOG_S3_ACCESS_KEY_ID, or neither');
  });

export type CatalogConfigValues = Readonly<z.output<typeof catalogEnv>>;

/** Injection token and type; its value is the frozen object that `loadConfig` returned. */
export abstract class CatalogConfig extends PlatformConfig implements CatalogConfigValues {
  abstract readonly CATALOG_CAP_WAIT_MS: number;
  abstract readonly CATALOG_IMAGES_URL: string;
  abstract readonly CATALOG_SHARE_URL: string;
  abstract readonly CATALOG_SHARE_MISSES: number;
  abstract readonly CATALOG_APP_URL: string;
  abstract readonly CATALOG_GET_APP_URL?: string | undefined;
  abstract readonly CATALOG_IMAGES_FOLDER?: string | undefined;
  abstract readonly CATALOG_S3_BUCKET?: string | undefined;
  abstract readonly CATALOG_S3_REGION: string;
  abstract readonly CATALOG_S3_ENDPOINT?: string | undefined;
  abstract readonly CATALOG_S3_ACCESS_KEY_ID?: string | undefined;
  abstract readonly CATALOG_S3_SECRET_ACCESS_KEY?: string | undefined;
}
