/** Which room may import which. `npm run imports` checks it; CI fails on a breach. */
const services = 'catalog|redemption|scheduler|notification|targeting';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      comment: 'A circle cannot be read top-down.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'services-never-import-each-other',
      severity: 'error',
      comment: 'Services talk over Kafka; what they share lives in libs/contracts.',
      from: { path: `^services/(${services})/` },
      to: { path: '^services/', pathNot: '^services/$1/' },
    },
    {
      name: 'services-stand-on-libs-alone',
      severity: 'error',
      comment:
        'A service is started by tools and reached through apps; it knows of neither, nor do its tests.',
      from: { path: '^services/' },
      to: { path: '^(apps|tools|test)/' },
    },
    {
      name: 'apps-import-no-service',
      severity: 'error',
      comment: 'Apps talk to services over HTTP; what they share lives in libs/contracts.',
      from: { path: '^apps/' },
      to: { path: '^services/' },
    },
    {
      name: 'contracts-stand-alone',
      severity: 'error',
      comment: 'Contracts are read by services, web apps and other teams: zod and nothing else.',
      from: { path: '^libs/contracts/src/', pathNot: ['\\.spec\\.ts$', '^services/[^/]+/test/'] },
      to: {
        pathNot: [
          '^libs/contracts/src/',
          'node_modules/(zod|temporal-polyfill|temporal-spec|temporal-utils)/',
        ],
      },
    },
    {
      name: 'qr-codes-stand-alone',
      severity: 'error',
      comment:
        'Runs in browsers and on servers alike, and in other teams’ apps: Web Crypto and nothing else.',
      from: { path: '^libs/qr-codes/src/', pathNot: ['\\.spec\\.ts$', '^services/[^/]+/test/'] },
      to: { pathNot: '^libs/qr-codes/src/' },
    },
    {
      name: 'platform-knows-no-business',
      severity: 'error',
      from: { path: '^libs/platform/src/', pathNot: ['\\.spec\\.ts$', '^services/[^/]+/test/'] },
      to: { path: '^(services|apps|tools|test|libs/(testkit|servers))/' },
    },
    {
      name: 'servers-stand-alone',
      severity: 'error',
      from: { path: '^libs/servers/src/', pathNot: ['\\.spec\\.ts$', '^services/[^/]+/test/'] },
      to: { path: '^(services|apps|tools|test|libs/(testkit|platform))/' },
    },
    {
      name: 'testkit-only-in-tests',
      severity: 'error',
      from: {
        path: '^(services|apps|tools|libs)/',
        pathNot: ['\\.spec\\.ts$', '^libs/testkit/', '^services/[^/]+/test/'],
      },
      to: { path: '^libs/testkit/' },
    },
    {
      name: 'servers-only-in-tools-and-tests',
      severity: 'error',
      comment: 'A service is given its servers by configuration; it never starts one.',
      from: {
        path: '^(services|apps|libs/(contracts|platform))/',
        pathNot: ['\\.spec\\.ts$', '^services/[^/]+/test/'],
      },
      to: { path: '^libs/servers/' },
    },
    {
      name: 'domain-is-pure',
      severity: 'error',
      comment: 'Decisions do no I/O: domain imports itself and contracts.',
      from: { path: '^services/[^/]+/src/domain/', pathNot: ['\\.spec\\.ts$', '^services/[^/]+/test/'] },
      to: { pathNot: ['^services/[^/]+/src/domain/', '^libs/contracts/', 'node_modules/zod/'] },
    },
    {
      name: 'store-knows-no-edge',
      severity: 'error',
      from: {
        path: '^services/[^/]+/src/(store|redis|channels)/',
        pathNot: ['\\.spec\\.ts$', '^services/[^/]+/test/'],
      },
      to: { path: '^services/[^/]+/src/(http|kafka|jobs|use-cases)/' },
    },
    {
      name: 'use-cases-know-no-edge',
      severity: 'error',
      from: { path: '^services/[^/]+/src/use-cases/', pathNot: ['\\.spec\\.ts$', '^services/[^/]+/test/'] },
      to: { path: '^services/[^/]+/src/(http|kafka|jobs)/' },
    },
    {
      name: 'edges-go-through-use-cases',
      severity: 'error',
      comment: 'Controllers, consumers and jobs delegate; they do not reach into the store.',
      from: {
        path: '^services/[^/]+/src/(http|kafka|jobs)/',
        pathNot: ['\\.spec\\.ts$', '^services/[^/]+/test/'],
      },
      to: { path: '^services/[^/]+/src/(store|redis)/' },
    },
    {
      name: 'no-dev-dependency-in-production',
      severity: 'error',
      from: {
        path: '^(services|apps|libs/(contracts|platform))/',
        pathNot: ['\\.spec\\.ts$', '^services/[^/]+/test/'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|public)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['octopus-source', 'import', 'node', 'default', 'types'],
      mainFields: ['main', 'types'],
    },
  },
};
