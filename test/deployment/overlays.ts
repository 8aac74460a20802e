import { describe } from '@jest/globals';
import {
  environmentOf,
  hasKubectl,
  render,
  workloadsOf,
  type Container,
  type Manifest,
  type Workload,
} from './rendered-manifests.js';

const kubectl = hasKubectl();
if (!kubectl) process.stdout.write('skipped: the Kubernetes manifests, as there is no kubectl on the PATH\n');

/** Says why when it skips. */
export const describeRendered = kubectl ? describe : describe.skip;

/** An overlay's manifests; none where nothing can be rendered. */
export function manifestsOf(overlay: 'dev' | 'prod'): Manifest[] {
  return kubectl ? render(overlay) : [];
}

/** What an operator would put into a production secret. */
const secretValues: Record<string, string> = {
  DATABASE_URL: 'postgres://app:Zx81-not-guessable@db.internal:5432/app?sslmode=verify-full',
  REDIS_URL: 'rediss://app:Zx81-not-guessable@redis.internal:6379',
  DATABASE_OWNER_URL: 'postgres://owner:Zx81-not-guessable@db.internal:5432/app?sslmode=verify-full',
  DATABASE_APP_ROLE: 'app',
  CATALOG_S3_BUCKET: 'coupon-images',
  CATALOG_SHARE_URL: 'https://coupons.example.com/s',
  REDEMPTION_CODE_SECRET: 'Zx81-not-guessable-Zx81-not-guessable',
};

export function environment(manifests: Manifest[], container: Container | undefined): Record<string, string> {
  if (container === undefined) throw new Error('no such container');
  return environmentOf(container, manifests, ({ key }) => secretValues[key] ?? '');
}

export function workload(manifests: Manifest[], name: string): Workload {
  const found = workloadsOf(manifests).find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`no workload ${name}`);
  return found;
}

export function containerOf(manifests: Manifest[], name: string): Container | undefined {
  return workload(manifests, name).spec.template.spec.containers[0];
}
