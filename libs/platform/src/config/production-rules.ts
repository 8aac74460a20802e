/** Passwords that come with a product, a tutorial or a development stack. */
const DEFAULT_PASSWORDS = new Set([
  '123456',
  'admin',
  'changeme',
  'change-me',
  'default',
  'dev',
  'development',
  'example',
  'guest',
  'octopus',
  'pass',
  'password',
  'postgres',
  'redis',
  'root',
  'secret',
  'test',
]);

/** How secrets begin that come with the product: whoever knows the source knows them. */
const DEVELOPMENT_SECRET = 'development-only';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * What a production process refuses although it is well formed: plain-text identity and guessable secrets.
 * @param env as given, completed by the defaults of variables that are not
 */
export function productionFaults(env: Readonly<Record<string, unknown>>): [name: string, says: string][] {
  const faults: [string, string][] = [];
  const url = (name: string): URL | undefined => {
    const value = env[name];
    return typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
  };

  const issuer = url('AUTH_ISSUER');
  if (issuer && issuer.protocol !== 'https:') faults.push(['AUTH_ISSUER', 'must be https in production']);
  const keys = url('AUTH_JWKS_URL');
  // Keys over plain http could be swapped on the way; on loopback there is no way.
  if (keys && keys.protocol !== 'https:' && !LOOPBACK.has(keys.hostname))
    faults.push(['AUTH_JWKS_URL', 'must be https in production']);

  for (const name of ['DATABASE_URL', 'REDIS_URL']) {
    const says = loginFault(url(name));
    if (says !== undefined) faults.push([name, says]);
  }
  for (const [name, value] of Object.entries(env)) {
    if (typeof value === 'string' && value.startsWith(DEVELOPMENT_SECRET))
      faults.push([name, 'must be a secret of its own in production, not the one for development']);
  }
  return faults;
}

function loginFault(address: URL | undefined): string | undefined {
  if (!address) return undefined;
  const [username, password] = [decoded(address.username), decoded(address.password)];
  if (username === undefined || password === undefined)
    return 'must write a % in its name or password as %25 in production';
  return password === '' || password === username || DEFAULT_PASSWORDS.has(password)
    ? 'must carry a password of its own in production, no default one'
    : undefined;
}

/** In lower case; undefined when a `%` in it begins no percent-encoding. */
function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part).toLowerCase();
  } catch {
    return undefined;
  }
}
