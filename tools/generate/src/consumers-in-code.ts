import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceNames, type ServiceName } from '#contracts';

/** Which service has an `@EventPattern` on which topic, read from the sources. */
export type ConsumersInCode = ReadonlyMap<ServiceName, ReadonlySet<string>>;

export function consumersInCode(root: string): ConsumersInCode {
  return new Map(serviceNames.map((service) => [service, patternsOf(root, service)]));
}

function patternsOf(root: string, service: ServiceName): Set<string> {
  const files = globSync(`services/${service}/src/**/kafka/*.ts`, { cwd: root }).filter(
    (file) => !file.endsWith('.spec.ts'),
  );
  return new Set(files.flatMap((file) => patternsIn(readFileSync(join(root, file), 'utf8'))));
}

/** Topic names in a source: `@EventPattern<TopicName>('catalog.coupon.v1')`, with or without its type argument. */
export function patternsIn(source: string): string[] {
  return [...source.matchAll(/@EventPattern(?:<[^>()]*>)?\(\s*'([^']+)'/g)].map((match) => match[1] ?? '');
}
