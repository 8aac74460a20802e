import { readFileSync } from 'node:fs';
import vm from 'node:vm';

if (vm.SourceTextModule === undefined) {
  throw new Error(
    'Start Jest with NODE_OPTIONS=--experimental-vm-modules: the sources are ECMAScript modules (`npm test` does it by itself).',
  );
}

// The build leaves spec files out; the tests must not.
const {
  $schema: _schema,
  exclude: _exclude,
  ...swc
} = JSON.parse(readFileSync(new URL('.swcrc', import.meta.url), 'utf8'));

const shared = {
  rootDir: import.meta.dirname,
  roots: ['apps', 'bench', 'libs', 'services', 'test', 'tools'].map((room) => `<rootDir>/${room}`),
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['octopus-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', { ...swc, swcrc: false, sourceMaps: 'inline' }] },
  // Sources name the compiled file (`./x.js`); here the TypeScript beside it is what runs.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};

/** A tier that needs servers: started once per run, before its first file, and only if one of its files is selected. */
const withServers = {
  globalSetup: '<rootDir>/test/run/start-servers.mjs',
  globalTeardown: '<rootDir>/test/run/stop-servers.mjs',
};

export default {
  // Two workers share one machine's PostgreSQL, Redis and Kafka; more would only make each other's waits longer.
  maxWorkers: 2,
  reporters: ['<rootDir>/test/run/reporter.mjs'],
  // The reporter ends a run that something keeps open, and says so.
  openHandlesTimeout: 0,
  testTimeout: 120_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testRegex: '(?<!\\.(int|e2e))\\.spec\\.ts$',
    },
    { ...shared, ...withServers, displayName: 'integration', testRegex: '\\.int\\.spec\\.ts$' },
    { ...shared, ...withServers, displayName: 'e2e', testRegex: '\\.e2e\\.spec\\.ts$' },
  ],
};
