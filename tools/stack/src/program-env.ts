import type { ServiceName } from '#contracts';
import type { Infrastructure } from './infrastructure.js';
import type { StackFolder } from './stack-folder.js';

export const AUDIENCE = 'octopus-coupons';

/** Base addresses of everything that listens, such as `http://127.0.0.1:40123`. */
export interface Addresses {
  frontDoor: string;
  issuer: string;
  services: Record<ServiceName, string>;
}

/** `http://127.0.0.1:<port>` */
export function addressOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** Environment of one service, by the contract that platform's configuration checks. */
export function serviceEnv(
  service: ServiceName,
  {
    infrastructure,
    addresses,
    folder,
    env,
  }: {
    infrastructure: Infrastructure;
    addresses: Addresses;
    folder: Pick<StackFolder, 'images'>;
    env: NodeJS.ProcessEnv;
  },
): NodeJS.ProcessEnv {
  const { servers, namespace, databases } = infrastructure;
  return {
    // Unless the environment says otherwise.
    ...(service === 'catalog' && { CATALOG_IMAGES_FOLDER: folder.images }),
    // What people outside would call it is for production to say.
    CATALOG_SHARE_URL: `${addresses.frontDoor}/s`,
    ...inherited(env),
    ...listening(addresses.services[service]),
    DATABASE_URL: databases[service].appUrl,
    REDIS_URL: servers.redisUrl,
    KAFKA_BROKERS: servers.kafkaBrokers.join(','),
    ...(namespace === undefined ? {} : { NAMESPACE: namespace }),
    AUTH_ISSUER: addresses.issuer,
    AUTH_AUDIENCE: AUDIENCE,
    AUTH_JWKS_URL: `${addresses.issuer}/.well-known/jwks.json`,
  };
}

/** Environment of the front door: where everything behind it is. */
export function frontDoorEnv(addresses: Addresses, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { services } = addresses;
  return {
    ...inherited(env),
    ...listening(addresses.frontDoor),
    CATALOG_URL: services.catalog,
    REDEMPTION_URLS: services.redemption,
    SCHEDULER_URL: services.scheduler,
    NOTIFICATION_URL: services.notification,
    TARGETING_URL: services.targeting,
    ISSUER_URL: addresses.issuer,
  };
}

/** Environment of the development issuer: `ISSUER_URL` is what goes into `iss`. */
export function issuerEnv(addresses: Addresses, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    ...inherited(env),
    ...listening(addresses.issuer),
    ISSUER_URL: addresses.issuer,
    AUTH_AUDIENCE: AUDIENCE,
  };
}

/** Environment of a service's migration: as the tables' owner. */
export function migrationEnv(
  service: ServiceName,
  infrastructure: Infrastructure,
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  const { ownerUrl, appRole } = infrastructure.databases[service];
  return { ...inherited(env), DATABASE_OWNER_URL: ownerUrl, DATABASE_APP_ROLE: appRole };
}

/** What children get from the person's own environment: all but the addresses and names that are ours to say. */
function inherited(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { DATABASE_URL: _d, REDIS_URL: _r, KAFKA_BROKERS: _k, NAMESPACE: _n, ...rest } = env;
  return { ...rest, NODE_ENV: 'development', LOG_LEVEL: env['LOG_LEVEL'] || 'warn' };
}

function listening(address: string): NodeJS.ProcessEnv {
  return { HOST: '127.0.0.1', PORT: new URL(address).port };
}
