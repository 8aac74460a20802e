import { v7 } from 'uuid';
import { z } from 'zod';
import { demo, demoUserId, id, personas, tokenClaims } from '#contracts';
import type { Persona } from '#contracts';

/** Seconds; an hour, as an ordinary issuer would give. */
const DEFAULT_LIFE = 3600;
const LONGEST_LIFE = 30 * 24 * 3600;

const life = z.coerce.number().pipe(z.int().min(-3600).max(LONGEST_LIFE)).default(DEFAULT_LIFE);

/** Any claims one likes: `sub` defaults to a new id, `tenant` to the demo tenant. A negative life gives an expired token. */
export const tokenRequest = tokenClaims
  .omit({ iss: true, exp: true, sub: true, tenant: true })
  .extend({
    sub: id.default(() => v7()),
    tenant: id.default(demo.tenant),
    expiresInSeconds: life,
  })
  .strict();

export const personaQuery = z.object({ expiresInSeconds: life });

const NAMELESS = /^user-(0|[1-9]\d{0,11})$/;

/** The demo persona of that name; undefined for a name nobody has. */
export function personaNamed(name: string): Persona | undefined {
  const nameless = NAMELESS.exec(name)?.[1];
  if (nameless !== undefined)
    return { tenant: demo.tenant, role: 'end_user', sub: demoUserId(Number(nameless)) };
  return Object.hasOwn(personas, name) ? personas[name] : undefined;
}

export const personaNames: readonly string[] = [...Object.keys(personas), 'user-<n>'];
