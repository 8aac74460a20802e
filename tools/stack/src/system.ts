import { type ServiceName, serviceNames } from '#contracts';
import { freePorts } from '#servers';
import type { Infrastructure } from './infrastructure.js';
import type { Layer, LifeLine } from './life-line.js';
import { atMost, migrate } from './migrations.js';
import { type Program, startProgram, untilHealthy } from './program.js';
import { type Addresses, addressOf, frontDoorEnv, issuerEnv, serviceEnv } from './program-env.js';
import type { StackFolder } from './stack-folder.js';

/** What the programs of the system are started with. */
export interface SystemPlace {
  infrastructure: Infrastructure;
  addresses: Addresses;
  folder: StackFolder;
  env: NodeJS.ProcessEnv;
  life: LifeLine;
  progress: (line: string) => void;
}

/** Two cores are the smallest machine that this is meant for. */
const MIGRATIONS_AT_ONCE = 2;

/** Free ports for all but the front door. */
export async function chooseAddresses(frontDoorPort: number): Promise<Addresses> {
  const [issuer = 0, ...ports] = await freePorts(1 + serviceNames.length);
  const services = serviceNames.map((service, index) => [service, addressOf(ports[index] ?? 0)]);
  return {
    frontDoor: addressOf(frontDoorPort),
    issuer: addressOf(issuer),
    services: Object.fromEntries(services) as Addresses['services'],
  };
}

/**
 * Starts the issuer, every service behind its own migration, and the front door, with as little waiting for each other
 * as they bear, and returns when all are ready.
 * @throws StackFailure with the log's end of the first that fails
 */
export async function startSystem(place: SystemPlace): Promise<void> {
  const { addresses, infrastructure, env, progress } = place;
  const migrations = atMost(MIGRATIONS_AT_ONCE);
  const services = serviceNames.map(async (service) => {
    await migrations(() => migrate(service, { infrastructure, folder: place.folder, env }));
    await infrastructure.topicsReady;
    await bringUp(serviceProgram(service, place), 'services', place);
    progress(`${service} is ready: ${addresses.services[service]}`);
  });
  // The front door is ready when all services behind it are.
  await allOrFirstFailure([bringUp(issuerProgram(place), 'issuer', place), ...services]);
  await bringUp(frontDoorProgram(place), 'front door', place);
}

function serviceProgram(
  service: ServiceName,
  { infrastructure, addresses, folder, env }: SystemPlace,
): Program {
  return {
    name: service,
    script: `dist/services/${service}/src/main.js`,
    env: serviceEnv(service, { infrastructure, addresses, folder, env }),
    health: `${addresses.services[service]}/health/ready`,
  };
}

function issuerProgram({ addresses, env }: SystemPlace): Program {
  return {
    name: 'dev-issuer',
    script: 'dist/apps/dev-issuer/src/main.js',
    env: issuerEnv(addresses, env),
    // It has nothing to wait for, so it knows no readiness of its own.
    health: `${addresses.issuer}/health/live`,
  };
}

function frontDoorProgram({ addresses, env }: SystemPlace): Program {
  return {
    name: 'front-door',
    script: 'dist/apps/front-door/src/main.js',
    env: frontDoorEnv(addresses, env),
    health: `${addresses.frontDoor}/health/ready`,
  };
}

async function bringUp(program: Program, layer: Layer, { folder, life }: SystemPlace): Promise<void> {
  const child = await startProgram(program, folder);
  await life.addProgram(layer, program.name, child);
  await untilHealthy(program, child);
}

/** Like Promise.all, for promises that go on after the first failure: theirs are not reported as unhandled. */
async function allOrFirstFailure(promises: Promise<unknown>[]): Promise<void> {
  void Promise.allSettled(promises);
  await Promise.all(promises);
}
