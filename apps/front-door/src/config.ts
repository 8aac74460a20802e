import { z } from 'zod';

const serviceUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http(s) URL' })
  .transform((url) => new URL(url).origin);

const urlList = z
  .string('must be URLs with commas between')
  .transform((list) => list.split(',').map((url) => url.trim()))
  .pipe(z.array(serviceUrl).min(1));

const frontDoorEnv = z.object({
  PORT: z.coerce.number('must be a port number').pipe(z.int().min(0).max(65535)).default(8080),
  HOST: z.string().default('0.0.0.0'),
  CATALOG_URL: serviceUrl,
  /** Every replica: requests for one coupon go to one of them, so that they meet in one batch there. */
  REDEMPTION_URLS: urlList,
  SCHEDULER_URL: serviceUrl,
  NOTIFICATION_URL: serviceUrl,
  TARGETING_URL: serviceUrl,
  /** Development only; without it there is no /auth. */
  ISSUER_URL: serviceUrl.optional(),
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  /** To each replica; event streams are not counted. */
  UPSTREAM_CONNECTIONS: z.coerce.number('must be a number').pipe(z.int().min(1)).default(256),
  /** More than the largest that a service takes, an image: so that the service says what is wrong with what is too large. */
  BODY_LIMIT_BYTES: z.coerce.number('must be a number of bytes').pipe(z.int().min(1)).default(8_388_608),
});

export type FrontDoorConfig = Readonly<z.output<typeof frontDoorEnv>>;

/** @throws one line per missing or wrong variable */
export function readConfig(env: NodeJS.ProcessEnv): FrontDoorConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = frontDoorEnv.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data);
  const lines = parsed.error.issues.map(({ path, message }) => {
    const name = String(path[0]);
    return `  ${name}: ${given[name] === undefined ? 'is missing: ' : ''}${message}`;
  });
  throw new Error(`The configuration is not complete:\n${lines.join('\n')}`);
}
