import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { eventMap, serviceNames, type TopicDefinition, type TopicName } from '#contracts';
import { consumersInCode, patternsIn } from './consumers-in-code.js';

const root = join(import.meta.dirname, '../../..');
const topics: TopicDefinition[] = Object.values(eventMap);

describe('Consumers in code', () => {
  it('are found by their decorator', () => {
    const source = `
      @EventPattern('catalog.coupon.v1' satisfies TopicName)
      async one() {}
      @EventPattern<TopicName>('platform.follow.v1')
      async typed() {}
      @EventPattern( 'platform.user.v1')
      async two() {}
      // EventPattern('no.decorator.v1')`;
    expect(patternsIn(source)).toEqual(['catalog.coupon.v1', 'platform.follow.v1', 'platform.user.v1']);
  });

  it('are found in every service, so that the checks below have something to check', () => {
    const counts = [...consumersInCode(root)].map(([service, names]) => [service, names.size > 0]);
    expect(counts).toEqual(serviceNames.map((service) => [service, true]));
  });

  it('are as many as there are decorators in the sources', () => {
    const decorators = globSync('services/*/src/**/*.ts', { cwd: root })
      .filter((file) => !file.endsWith('.spec.ts'))
      .flatMap((file) => readFileSync(join(root, file), 'utf8').match(/@EventPattern\b/g) ?? []);
    const found = [...consumersInCode(root).values()].reduce((sum, names) => sum + names.size, 0);
    expect(found).toBe(decorators.length);
  });

  it('read topics that exist and name them among their readers', () => {
    for (const [service, names] of consumersInCode(root))
      for (const name of names) {
        const consumers = eventMap[name as TopicName]?.consumers ?? [];
        expect({ name, service, declared: consumers.includes(service as never) }).toEqual({
          name,
          service,
          declared: true,
        });
      }
  });

  /** Read by redemption, written until targeting does by tests alone. */
  const readAhead = ['targeting.grant.v1'];

  it('read nothing that is only planned', () => {
    const read = new Set([...consumersInCode(root).values()].flatMap((names) => [...names]));
    const planned = topics.filter((topic) => Object.values(topic.events).every((event) => event.planned));
    expect(planned.map(({ name }) => name).filter((name) => read.has(name))).toEqual(readAhead);
  });
});

describe('Planned facts', () => {
  const sources = globSync('services/*/src/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.spec.ts'))
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .join('\n');

  it('are written by nobody: whoever publishes one takes `planned` away', () => {
    const written = topics.flatMap((topic) =>
      Object.entries(topic.events)
        .filter(([name, event]) => event.planned && sources.includes(`name: '${name}'`))
        .map(([name]) => `${topic.name} ${name}`),
    );
    expect(written).toEqual([]);
  });
});
