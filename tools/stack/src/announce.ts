import { personas } from '#contracts';
import type { Servers } from '#servers';
import { gigabytes, proportionalMemory } from './memory.js';
import type { Addresses } from './program-env.js';
import { type StackFolder, shownPath } from './stack-folder.js';

interface Kafka {
  readonly brokers: readonly string[];
  readonly namespace: string | undefined;
}

/** What a person needs once all is up; the caller prints the Ready line after it. */
export function announcement(addresses: Addresses, folder: StackFolder, kafka: Kafka): string[] {
  const { frontDoor, issuer } = addresses;
  return [
    '',
    `Front door     ${frontDoor}`,
    `API reference  ${frontDoor}/docs/`,
    `Dev issuer     ${frontDoor}/auth (iss ${issuer})`,
    `Kafka          ${kafka.brokers.join(',')}${prefixOf(kafka)} (docs/events.md)`,
    `Logs           ${shownPath(folder.logs)}`,
    `Demo sign-ins  ${Object.keys(personas).join(', ')} (token: ${frontDoor}/auth/token/<name>)`,
    '',
    'Try this:',
    `  TOKEN=$(curl -s -H 'accept: text/plain' ${frontDoor}/auth/token/ana)`,
    `  curl -s -H "authorization: Bearer $TOKEN" ${frontDoor}/notification/v1/inbox`,
    '  npm run story',
    '',
  ];
}

function prefixOf({ namespace }: Kafka): string {
  return namespace === undefined ? '' : `, topics begin with "${namespace}."`;
}

/**
 * `Ready  http://127.0.0.1:8080  in 12.3 s, 1.12 GB memory (PSS)`, always the last line. Only our own children count, so
 * it says which servers are left out.
 */
export function readyLine(what: string, env: NodeJS.ProcessEnv, origin: Servers['origin']): string {
  const startedAt = Number(env['OCTOPUS_STARTED_AT'] ?? performance.timeOrigin);
  const seconds = ((Date.now() - startedAt) / 1000).toFixed(1);
  // The bootstrap, our parent, belongs to the system as long as it runs.
  const roots = env['OCTOPUS_STARTED_AT'] === undefined ? [process.pid] : [process.pid, process.ppid];
  const bytes = proportionalMemory(roots);
  const memory = bytes === undefined ? '' : `, ${gigabytes(bytes)} memory (PSS)${leftOut(origin)}`;
  return `Ready  ${what}  in ${seconds} s${memory}`;
}

function leftOut(origin: Servers['origin']): string {
  const origins = new Set(Object.values(origin));
  const names = [
    ...(origins.has('environment') ? ['the given servers'] : []),
    ...(origins.has('docker') ? ['the servers in containers'] : []),
  ];
  return names.length === 0 ? '' : ` without ${names.join(' and ')}`;
}
