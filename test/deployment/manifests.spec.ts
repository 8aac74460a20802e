import { expect, it } from '@jest/globals';
import { serviceNames } from '#contracts';
import { loadConfig } from '#platform';
// Not of the lib's public face: only the manifests must know it.
import { hardLimitMs } from '../../libs/platform/src/shutdown/stop-on-signals.js';
import { readConfig as frontDoorConfig } from '../../apps/front-door/src/config.js';
import { faultsOf } from './kubernetes-models.js';
import { containerOf, describeRendered, environment, manifestsOf, workload } from './overlays.js';
import { isOurs, matches, named, type Workload, workloadsOf } from './rendered-manifests.js';
import { serviceSchemas } from './service-schemas.js';

const overlays = { dev: manifestsOf('dev'), prod: manifestsOf('prod') };

describeRendered.each(Object.entries(overlays))('k8s/overlays/%s', (overlay, manifests) => {
  const workloads = workloadsOf(manifests);
  const containers = workloads.flatMap(({ metadata, spec }) =>
    spec.template.spec.containers.map((container) => ({ workload: metadata.name, container })),
  );

  it('is valid by the published schemas, without a field that they do not know', () => {
    const faults = manifests.flatMap((manifest) =>
      faultsOf(manifest).map((fault) => `${manifest.kind} ${manifest.metadata.name} ${fault}`),
    );
    expect(faults).toEqual([]);
  });

  it.each(containers)('$workload: limits, requests and a fixed image', ({ container }) => {
    for (const amounts of [container.resources?.requests, container.resources?.limits])
      expect(amounts).toEqual({ cpu: expect.any(String), memory: expect.any(String) });
    expect(container.image).toMatch(/:(?!latest$)[\w.-]+$/);
  });

  it.each(containers)(
    '$workload: no root, no new privileges, no capabilities',
    ({ workload: name, container }) => {
      expect(workload(manifests, name).spec.template.spec.securityContext).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(container.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        capabilities: { drop: ['ALL'] },
        ...(isOurs(container) ? { readOnlyRootFilesystem: true } : {}),
      });
    },
  );

  it.each(workloads.map((one) => ({ name: one.metadata.name, one })))(
    '$name: no token of the cluster',
    ({ one }) => {
      expect(one.spec.template.spec.automountServiceAccountToken).toBe(false);
    },
  );

  it.each(workloads.filter(({ kind }) => kind !== 'Job').map((one) => ({ name: one.metadata.name, one })))(
    '$name: selects its own pods',
    ({ one }) => {
      const own = one.spec.selector?.matchLabels ?? {};
      const { labels } = one.spec.template.metadata;
      const selected = workloads.filter(({ spec }) => matches(own, spec.template.metadata.labels));
      expect(selected.map(({ metadata }) => metadata.name)).toEqual([one.metadata.name]);
      for (const { labelSelector } of one.spec.template.spec.topologySpreadConstraints ?? [])
        expect(matches(labelSelector.matchLabels, labels)).toBe(true);
    },
  );

  it.each(manifests.filter(({ kind }) => kind === 'Service' || kind === 'PodDisruptionBudget'))(
    '$kind $metadata.name: selects the pods of exactly one workload',
    ({ spec }) => {
      const { matchLabels, ...plain } = spec?.selector ?? {};
      const selector: Record<string, string> = matchLabels ?? plain;
      const selected = workloads.filter((one) => matches(selector, one.spec.template.metadata.labels));
      expect(selected).toHaveLength(1);
    },
  );

  it('refers to no config map, service account or headless service that is not there', () => {
    for (const { spec } of workloads) {
      const { serviceAccountName, containers: own } = spec.template.spec;
      if (serviceAccountName !== undefined)
        expect(named(manifests, 'ServiceAccount', serviceAccountName)).toMatchObject({
          automountServiceAccountToken: false,
        });
      if (spec.serviceName !== undefined) expect(named(manifests, 'Service', spec.serviceName)).toBeDefined();
      for (const { configMapRef } of own.flatMap(({ envFrom }) => envFrom ?? []))
        if (configMapRef) expect(named(manifests, 'ConfigMap', configMapRef.name)).toBeDefined();
    }
  });

  it.each([...serviceNames])(
    '%s: every variable that it needs, and none that it does not know',
    (service) => {
      const schema = serviceSchemas[service];
      const given = environment(manifests, containerOf(manifests, `${service}-server`));
      const config = loadConfig(schema, given);
      expect(config).toMatchObject({ PORT: 8080 });
      expect(Object.keys(given).filter((name) => !(name in schema.shape))).toEqual([]);
    },
  );

  it.each([...serviceNames, 'front-door'])('%s: probes for start, life and readiness', (name) => {
    const probe = (path: string): object => ({ httpGet: { path, port: 'http' } });
    expect(containerOf(manifests, `${name}-server`)).toMatchObject({
      startupProbe: probe('/health/live'),
      livenessProbe: probe('/health/live'),
      readinessProbe: probe(name === 'front-door' ? '/health/live' : '/health/ready'),
    });
  });

  it.each([...serviceNames])('%s: more time to stop than after which it ends itself by force', (service) => {
    const given = environment(manifests, containerOf(manifests, `${service}-server`));
    const drainMs = Number(given['SHUTDOWN_DRAIN_MS'] ?? 5_000);
    const { terminationGracePeriodSeconds = 0 } = workload(manifests, `${service}-server`).spec.template.spec;
    expect(terminationGracePeriodSeconds * 1_000).toBeGreaterThan(hardLimitMs(drainMs));
  });

  it.each([...serviceNames])('%s: a job of its own migrates, from the same image', (service) => {
    const job = containerOf(manifests, `${service}-migrate`);
    expect(workload(manifests, `${service}-migrate`).kind).toBe('Job');
    expect(job).toMatchObject({
      image: containerOf(manifests, `${service}-server`)?.image,
      command: ['node', 'migrate.js'],
    });
    expect(job?.image).toMatch(new RegExp(`octopus-coupons/${service}:`));
    expect(Object.keys(environment(manifests, job)).sort()).toEqual([
      'DATABASE_APP_ROLE',
      'DATABASE_OWNER_URL',
    ]);
  });

  it('leads the front door to services that are there, and to every replica of redemption by name', () => {
    const config = frontDoorConfig(environment(manifests, containerOf(manifests, 'front-door-server')));
    const others = [config.CATALOG_URL, config.SCHEDULER_URL, config.NOTIFICATION_URL, config.TARGETING_URL];
    for (const url of others)
      expect(named(manifests, 'Service', new URL(url).hostname)?.spec?.ports).toMatchObject([{ port: 8080 }]);
    const { kind, spec } = workload(manifests, 'redemption-server');
    const replicas = Array.from(
      { length: spec.replicas ?? 1 },
      (_, index) => `http://redemption-server-${index}.${spec.serviceName}:8080`,
    );
    expect({ kind, urls: config.REDEMPTION_URLS }).toEqual({ kind: 'StatefulSet', urls: replicas });
  });

  it(`holds ${overlay === 'prod' ? 'no secret and no' : 'its'} password`, () => {
    const secrets = manifests.filter(({ kind }) => kind === 'Secret');
    expect(secrets.length > 0).toBe(overlay === 'dev');
    expect(JSON.stringify(manifests).includes('development')).toBe(overlay === 'dev');
  });
});

describeRendered('The check of manifests itself', () => {
  const good = overlays.prod.find(({ kind }) => kind === 'Deployment');

  it('finds a misspelt field and a wrong value', () => {
    const broken = (change: (pod: Record<string, unknown>) => void): string[] => {
      const copy = structuredClone(good) as Workload;
      change(copy.spec.template.spec as unknown as Record<string, unknown>);
      return faultsOf(copy);
    };
    expect(broken(() => undefined)).toEqual([]);
    expect(broken((pod) => (pod['terminationGracePeriod'] = 3))).toEqual([
      '/spec/template/spec/terminationGracePeriod: no such field',
    ]);
    expect(broken((pod) => (pod['automountServiceAccountToken'] = 'no'))).toEqual([
      expect.stringContaining('automountServiceAccountToken'),
    ]);
  });

  it('finds a kind that it cannot judge', () => {
    expect(faultsOf({ apiVersion: 'v9', kind: 'Pod', metadata: { name: 'x' } })).toEqual([
      'no schema for v9 Pod',
    ]);
  });
});
