import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { repositoryRoot } from './compose-file.js';

type Labels = Record<string, string>;
type Source = { name: string; key: string };

export interface Container {
  name: string;
  image: string;
  command?: string[];
  env?: { name: string; value?: string; valueFrom?: { secretKeyRef?: Source } }[];
  envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
  securityContext?: Record<string, unknown>;
  startupProbe?: object;
  livenessProbe?: object;
  readinessProbe?: object;
}

interface PodSpec {
  containers: Container[];
  serviceAccountName?: string;
  automountServiceAccountToken?: boolean;
  terminationGracePeriodSeconds?: number;
  securityContext?: Record<string, unknown>;
  topologySpreadConstraints?: { labelSelector: { matchLabels: Labels } }[];
}

/** The fields that the checks read; what else there is, the Kubernetes models judge. */
export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Labels };
  data?: Record<string, string>;
  automountServiceAccountToken?: boolean;
  spec?: {
    replicas?: number;
    serviceName?: string;
    selector?: { matchLabels?: Labels };
    template?: { metadata: { labels: Labels }; spec: PodSpec };
    ports?: { port: number }[];
    [field: string]: unknown;
  };
}

export type Workload = Manifest & {
  spec: { template: { metadata: { labels: Labels }; spec: PodSpec } };
};

/** Is `kubectl` at hand? Without it nothing can be rendered. */
export function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** What `kubectl apply -k k8s/overlays/<overlay>` would send. */
export function render(overlay: 'dev' | 'prod'): Manifest[] {
  const folder = join(repositoryRoot, 'k8s/overlays', overlay);
  const text = execFileSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
  return parseAllDocuments(text).map((document) => withWholeSecrets(document.toJS() as Manifest));
}

/** kustomize breaks long base64 text into lines, which Kubernetes takes and the models do not. */
function withWholeSecrets(manifest: Manifest): Manifest {
  if (manifest.kind !== 'Secret') return manifest;
  const entries = Object.entries(manifest.data ?? {}).map(([key, value]) => [
    key,
    value.replaceAll(/\s/g, ''),
  ]);
  return { ...manifest, data: Object.fromEntries(entries) as Record<string, string> };
}

export function workloadsOf(manifests: readonly Manifest[]): Workload[] {
  return manifests.filter((manifest): manifest is Workload => manifest.spec?.template !== undefined);
}

/** Containers of our own images. */
export function isOurs({ image }: Container): boolean {
  return image.includes('octopus-coupons/');
}

export function named(manifests: readonly Manifest[], kind: string, name: string): Manifest | undefined {
  return manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
}

export function matches(selector: Labels, labels: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}

/**
 * Environment as the container's process sees it.
 * @param secretValue stands in for secrets that are not among the manifests
 */
export function environmentOf(
  container: Container,
  manifests: readonly Manifest[],
  secretValue: (source: Source) => string,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    if (configMapRef) Object.assign(environment, named(manifests, 'ConfigMap', configMapRef.name)?.data);
    if (secretRef) Object.assign(environment, decoded(named(manifests, 'Secret', secretRef.name)));
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    const source = valueFrom?.secretKeyRef;
    if (source === undefined) environment[name] = value ?? '';
    else
      environment[name] = decoded(named(manifests, 'Secret', source.name))[source.key] ?? secretValue(source);
  }
  return environment;
}

function decoded(secret: Manifest | undefined): Record<string, string> {
  const entries = Object.entries(secret?.data ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]));
}
