import { z } from 'zod';
import { namespacePattern } from '#contracts';

/** An unset variable and an empty one are the same: shells, compose files and manifests cannot tell them apart. */
const optionalUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional();
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });

/** The variables that every service reads; a service's own schema is `platformEnv.extend({…})`. */
export const platformEnv = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production'], {
    error: 'must be development, test or production',
  }),
  PORT: z.coerce.number('must be a port number').pipe(z.int().min(0).max(65535)),
  HOST: z.string().default('0.0.0.0'),
  /** The app role: not the tables' owner, no superuser, no BYPASSRLS. */
  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    error: 'must be a URL such as postgres://role:password@host:5432/database',
  }),
  DATABASE_POOL_SIZE: z.coerce.number('must be a number').pipe(z.int().min(1).max(500)).default(10),
  REDIS_URL: z.url({
    protocol: /^rediss?$/,
    error: 'must be a URL such as redis://user:password@host:6379',
  }),
  /** `host:port`, several with commas between. */
  KAFKA_BROKERS: z
    .string('must be host:port, several with commas between')
    .transform((list) => list.split(',').map((broker) => broker.trim()))
    .pipe(
      z
        .array(z.string().regex(/^[^\s:/]+:\d{1,5}$/, 'must be host:port, several with commas between'))
        .min(1),
    ),
  /** Keeps several installations on one broker and one Redis apart: prefix of topics, consumer groups and keys. */
  NAMESPACE: z
    .string()
    .regex(namespacePattern, 'must be up to 40 lower-case letters, digits and hyphens')
    .optional(),
  /** Value of the claim `iss` in accepted tokens. */
  AUTH_ISSUER: httpUrl,
  /** Value of the claim `aud` in accepted tokens. */
  AUTH_AUDIENCE: z.string('must name the audience that tokens for this product carry').min(1),
  /** Where the issuer publishes its keys. */
  AUTH_JWKS_URL: httpUrl,
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  /** OTLP over HTTP; unset = no tracing, and nothing of it is loaded. */
  OTEL_EXPORTER_OTLP_ENDPOINT: optionalUrl,
  /** Milliseconds between "not ready" and the end of accepting; default 5000 in production, else 0. */
  SHUTDOWN_DRAIN_MS: z.coerce.number('must be milliseconds').pipe(z.int().min(0).max(20_000)).optional(),
});

export type PlatformConfigValues = Readonly<z.output<typeof platformEnv>>;

/** Injection token and type of the configuration; its value is the frozen object that `loadConfig` returned. */
export abstract class PlatformConfig implements PlatformConfigValues {
  abstract readonly NODE_ENV: PlatformConfigValues['NODE_ENV'];
  abstract readonly PORT: number;
  abstract readonly HOST: string;
  abstract readonly DATABASE_URL: string;
  abstract readonly DATABASE_POOL_SIZE: number;
  abstract readonly REDIS_URL: string;
  abstract readonly KAFKA_BROKERS: string[];
  abstract readonly NAMESPACE?: string | undefined;
  abstract readonly AUTH_ISSUER: string;
  abstract readonly AUTH_AUDIENCE: string;
  abstract readonly AUTH_JWKS_URL: string;
  abstract readonly LOG_LEVEL: PlatformConfigValues['LOG_LEVEL'];
  abstract readonly OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  abstract readonly SHUTDOWN_DRAIN_MS?: number | undefined;
}
