import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType, cruise } from 'dependency-cruiser';

const require = createRequire(import.meta.url);
const { forbidden } = require('../.dependency-cruiser.cjs') as { forbidden: IForbiddenRuleType[] };

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'octopus-imports-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Names of the rules that forbid one file to import the other. */
async function broken(from: string, to: string): Promise<string[]> {
  const source = `import './${relative(dirname(from), to)}';\n`;
  for (const [file, text] of [
    [from, source],
    [to, ''],
  ] as const) {
    await mkdir(join(root, dirname(file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  const options: ICruiseOptions = { baseDir: root, validate: true, ruleSet: { forbidden } };
  const { output } = await cruise([from], options);
  return (output as ICruiseResult).summary.violations.map(({ rule }) => rule.name);
}

describe('The import rules', () => {
  it.each([
    ['apps/front-door/src/a.js', 'services/catalog/src/b.js', 'apps-import-no-service'],
    ['apps/front-door/src/a.spec.js', 'services/catalog/src/b.js', 'apps-import-no-service'],
    ['services/catalog/src/a.js', 'apps/front-door/src/b.js', 'services-stand-on-libs-alone'],
    ['services/catalog/src/a.js', 'tools/stack/src/b.js', 'services-stand-on-libs-alone'],
    ['services/catalog/src/a.spec.js', 'test/system/b.js', 'services-stand-on-libs-alone'],
    ['services/catalog/src/a.js', 'services/targeting/src/b.js', 'services-never-import-each-other'],
  ])('forbid %s to import %s', async (from, to, rule) => {
    expect(await broken(from, to)).toEqual([rule]);
  });

  it.each([
    ['apps/front-door/src/c.js', 'libs/contracts/src/d.js'],
    ['services/catalog/src/c.spec.js', 'services/catalog/test/d.js'],
    ['test/c.js', 'services/catalog/src/d.js'],
    ['tools/generate/src/c.js', 'services/catalog/src/d.js'],
  ])('let %s import %s', async (from, to) => {
    expect(await broken(from, to)).toEqual([]);
  });
});
