import { z } from 'zod';

const issuerEnv = z.object({
  PORT: z.coerce.number().pipe(z.int().min(0).max(65535)).default(3999),
  HOST: z.string().default('127.0.0.1'),
  /** Claim `iss`; default the address it listens on. */
  ISSUER_URL: z.url({ protocol: /^https?$/ }).optional(),
  AUTH_AUDIENCE: z.string().min(1).default('octopus-coupons'),
  /** Keeps the key, so that tokens survive a restart; without it each start makes a new one. */
  ISSUER_KEY_FILE: z.string().optional(),
});
export type IssuerConfig = z.output<typeof issuerEnv>;

/** Throws with one line that says what to mend. */
export function issuerConfig(env: NodeJS.ProcessEnv): IssuerConfig {
  if (env['NODE_ENV'] === 'production')
    throw new Error(
      'The development issuer signs any claim for anybody: it does not run with NODE_ENV=production.',
    );
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = issuerEnv.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`The development issuer cannot start: ${faults.join('; ')}.`);
}
