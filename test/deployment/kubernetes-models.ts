import * as gateway from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1';
import * as apps from 'kubernetes-models/apps/v1';
import * as batch from 'kubernetes-models/batch/v1';
import * as policy from 'kubernetes-models/policy/v1';
import * as core from 'kubernetes-models/v1';
import { z } from 'zod';
import type { Manifest } from './rendered-manifests.js';

type Model = new (data: object) => { validate(): void };

const published: Record<string, object> = {
  v1: core,
  'apps/v1': apps,
  'batch/v1': batch,
  'policy/v1': policy,
  'gateway.networking.k8s.io/v1': gateway,
};

/** What is wrong with a manifest by its kind's published schema; fields that the schema does not know are wrong, too. */
export function faultsOf(manifest: Manifest): string[] {
  const strimzi = strimziKinds[manifest.kind];
  if (manifest.apiVersion === 'kafka.strimzi.io/v1' && strimzi !== undefined)
    return (strimzi.safeParse(manifest).error?.issues ?? []).map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    );
  const model = (published[manifest.apiVersion] as Record<string, Model> | undefined)?.[manifest.kind];
  if (model === undefined) return [`no schema for ${manifest.apiVersion} ${manifest.kind}`];
  const read = new Set<string>();
  try {
    // Assigned, not given to the constructor: that would read every field in order to copy it.
    watched(Object.assign(new model({}), manifest), '', read).validate();
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
  return fieldsOf(manifest, '')
    .filter((path) => !read.has(path))
    .map((path) => `${path}: no such field`);
}

/** The models refuse wrong values but not unknown fields: those are the ones that they never look at. */
function watched<T extends object>(value: T, path: string, read: Set<string>): T {
  return new Proxy(value, {
    get(target, key): unknown {
      const inner: unknown = Reflect.get(target, key);
      if (typeof key !== 'string') return inner;
      read.add(`${path}/${key}`);
      return typeof inner === 'object' && inner !== null ? watched(inner, `${path}/${key}`, read) : inner;
    },
  });
}

/** Paths of all fields whose parents are objects or arrays. */
function fieldsOf(value: object, path: string): string[] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => [
    `${path}/${key}`,
    ...(typeof inner === 'object' && inner !== null ? fieldsOf(inner, `${path}/${key}`) : []),
  ]);
}

const metadata = z.strictObject({
  name: z.string(),
  namespace: z.string(),
  labels: z.record(z.string(), z.string()),
});
const head = { apiVersion: z.literal('kafka.strimzi.io/v1'), metadata };
const amounts = z.strictObject({ cpu: z.string(), memory: z.string() });

/** No package publishes Strimzi's schemas: these are the fields of its reference that we use. */
const strimziKinds: Record<string, z.ZodType> = {
  Kafka: z.strictObject({
    ...head,
    kind: z.literal('Kafka'),
    spec: z.strictObject({
      kafka: z.strictObject({
        version: z.string().regex(/^\d+\.\d+\.\d+$/),
        metadataVersion: z.string(),
        listeners: z.array(
          z.strictObject({
            name: z.string().regex(/^[a-z0-9]{1,11}$/),
            port: z.int().min(9092),
            type: z.enum(['internal', 'route', 'loadbalancer', 'nodeport', 'ingress', 'cluster-ip']),
            tls: z.boolean(),
            networkPolicyPeers: z.array(z.object({})),
          }),
        ),
        config: z.record(z.string(), z.union([z.string(), z.number()])),
      }),
      entityOperator: z.strictObject({ topicOperator: z.strictObject({}) }),
    }),
  }),
  KafkaNodePool: z.strictObject({
    ...head,
    kind: z.literal('KafkaNodePool'),
    spec: z.strictObject({
      replicas: z.int().min(3),
      roles: z.array(z.enum(['controller', 'broker'])),
      storage: z.strictObject({
        type: z.literal('jbod'),
        volumes: z.array(
          z.strictObject({
            id: z.int(),
            type: z.literal('persistent-claim'),
            size: z.string(),
            kraftMetadata: z.literal('shared'),
            deleteClaim: z.literal(false),
          }),
        ),
      }),
      resources: z.strictObject({ requests: amounts, limits: amounts }),
    }),
  }),
  KafkaTopic: z.strictObject({
    ...head,
    kind: z.literal('KafkaTopic'),
    spec: z.strictObject({
      partitions: z.int().min(1),
      replicas: z.int().min(1),
      config: z.record(z.string(), z.union([z.string(), z.number()])),
    }),
  }),
};
