import { expect, it } from '@jest/globals';
import { serviceNames, topics } from '#contracts';
import { INBOX_RETENTION_DAYS } from '../../libs/platform/src/inbox/retention.js';
import { describeRendered, manifestsOf } from './overlays.js';
import { named, workloadsOf } from './rendered-manifests.js';

describeRendered('k8s/overlays/prod', () => {
  const prod = manifestsOf('prod');

  it('takes secrets by names that say whose they are and what for', () => {
    const sources = workloadsOf(prod).flatMap(({ metadata, spec }) =>
      (spec.template.spec.containers[0]?.env ?? []).flatMap(({ valueFrom }) =>
        valueFrom?.secretKeyRef ? [`${metadata.name} ${valueFrom.secretKeyRef.name}`] : [],
      ),
    );
    const expected = serviceNames.flatMap((service) => [
      `${service}-server ${service}-runtime`,
      `${service}-migrate ${service}-migration`,
    ]);
    expect([...new Set(sources)].sort()).toEqual(expected.sort());
  });

  it('runs without the development issuer', () => {
    expect(prod.filter(({ metadata }) => metadata.name.includes('issuer'))).toEqual([]);
  });

  it('routes each service by its prefix to what is there, and nobody to /health or /metrics', () => {
    interface Rule {
      matches: { path: { type: string; value: string } }[];
      filters?: { urlRewrite?: { path?: { replacePrefixMatch?: string } } }[];
      backendRefs: { name: string; port: number }[];
    }
    const rules = prod
      .filter(({ kind }) => kind === 'HTTPRoute')
      .flatMap(({ spec }) => spec?.['rules'] as Rule[]);
    const routes = rules.flatMap(({ matches: ways, filters, backendRefs }) =>
      ways.map(({ path }) => [
        path.value,
        filters?.[0]?.urlRewrite?.path?.replacePrefixMatch,
        backendRefs[0]?.name,
        named(prod, 'Service', backendRefs[0]?.name ?? '')?.spec?.ports?.[0]?.port === backendRefs[0]?.port,
      ]),
    );
    expect(routes.sort()).toEqual(
      [
        ['/catalog/v1', '/v1', 'catalog-server', true],
        ['/s', '/v1/shared', 'catalog-server', true],
        ['/docs', undefined, 'front-door-server', true],
        ['/notification/v1', '/v1', 'notification-server', true],
        ['/redemption/v1', undefined, 'front-door-server', true],
        ['/scheduler/v1', '/v1', 'scheduler-server', true],
        ['/targeting/v1', '/v1', 'targeting-server', true],
      ].sort(),
    );
  });

  it('makes every topic of the contracts, kept no longer than services remember what they have read', () => {
    const made = prod.filter(({ kind }) => kind === 'KafkaTopic');
    expect(made.map(({ metadata }) => metadata.name).sort()).toEqual(topics.map(({ name }) => name).sort());
    for (const { name, partitions, compacted } of topics) {
      const spec = named(prod, 'KafkaTopic', name)?.spec;
      const config = spec?.['config'] as Record<string, unknown>;
      expect(spec?.['partitions']).toBe(partitions);
      if (compacted) expect(config['cleanup.policy']).toBe('compact');
      else expect(Number(config['retention.ms'])).toBeLessThanOrEqual(INBOX_RETENTION_DAYS * 86_400_000);
    }
  });
});
