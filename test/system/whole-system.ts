import type { ServiceName } from '#contracts';
import {
  serviceProcess,
  type ServiceProcess,
  startTestIssuer,
  type TestDatabase,
  type TestIssuer,
  testNamespace,
  type TestNamespace,
} from '#testkit';
import { forEachService, serviceDatabases } from './service-databases.js';

export interface WholeSystemOptions {
  /** Default 1. */
  redemptionProcesses?: number;
  /** Another Redis than the run's. */
  redisUrl?: string;
  /** Tokens of the development issuer, which signs demo people in under /auth; else of the test's own. */
  signIn?: 'development';
}

/** All services and the front door as processes from dist, on databases and in a namespace of their own. */
export interface WholeSystem {
  /** The front door's address. */
  url: string;
  processes: Record<ServiceName, ServiceProcess[]>;
  databases: Record<ServiceName, TestDatabase>;
  namespace: TestNamespace;
  issuer: TestIssuer;
  /** One process more of the service, such as in the place of one that a test has stopped. */
  start(service: ServiceName): Promise<ServiceProcess>;
  stop(): Promise<void>;
}

const audience = 'octopus-coupons';

export async function startWholeSystem(options: WholeSystemOptions = {}): Promise<WholeSystem> {
  const [databases, namespace, issuer] = await Promise.all([
    serviceDatabases(),
    testNamespace(),
    startTestIssuer(),
  ]);
  const started: ServiceProcess[] = [];
  const start = async (...args: Parameters<typeof serviceProcess>): Promise<ServiceProcess> => {
    const process = await serviceProcess(...args);
    started.push(process);
    return process;
  };
  const stop = async (): Promise<void> => {
    // The front door first: nobody asks a service that is going down.
    for (const process of started.splice(0).reverse()) await process.stop();
    await Promise.all([namespace.stop(), issuer.stop()]);
    await Promise.all(Object.values(databases).map((database) => database.drop()));
  };
  try {
    const development = options.signIn && (await start('dev-issuer', { AUTH_AUDIENCE: audience }));
    const auth = development ? developmentAuth(development.url) : issuer.env;
    const redis = options.redisUrl === undefined ? {} : { REDIS_URL: options.redisUrl };
    const startOne = (service: ServiceName): Promise<ServiceProcess> => {
      const env = { ...namespace.env, ...redis, ...auth, DATABASE_URL: databases[service].appUrl };
      return start(service, { LOG_LEVEL: 'warn', ...env });
    };
    const processes = await forEachService((service) => {
      const count = service === 'redemption' ? (options.redemptionProcesses ?? 1) : 1;
      return Promise.all(Array.from({ length: count }, () => startOne(service)));
    });
    const issuerUrl = development ? { ISSUER_URL: development.url } : {};
    const frontDoor = await start('front-door', { ...upstreams(processes), ...issuerUrl });
    return { url: frontDoor.url, processes, databases, namespace, issuer, start: startOne, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function developmentAuth(url: string): Record<string, string> {
  return { AUTH_ISSUER: url, AUTH_AUDIENCE: audience, AUTH_JWKS_URL: `${url}/.well-known/jwks.json` };
}

function upstreams(processes: Record<ServiceName, ServiceProcess[]>): Record<string, string> {
  const urls = (service: ServiceName): string => processes[service].map(({ url }) => url).join(',');
  return {
    CATALOG_URL: urls('catalog'),
    REDEMPTION_URLS: urls('redemption'),
    SCHEDULER_URL: urls('scheduler'),
    NOTIFICATION_URL: urls('notification'),
    TARGETING_URL: urls('targeting'),
  };
}
