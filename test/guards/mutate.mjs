// npm run mutate:guards -- --help
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readPatches, whatIsStale } from './patches.mjs';
import { runTest } from './run-test.mjs';
import { copyTree } from './tree-copy.mjs';

const options = {
  guard: { type: 'string', multiple: true },
  some: { type: 'string' },
  seed: { type: 'string', default: '1' },
  quick: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
};

const root = join(import.meta.dirname, '../..');
const { values } = parse();
const all = await readPatches();
if (values.help) print(help());
else {
  const failures = await (values.check ? checkAll : proveAll)(chosen(all, values));
  process.exit(failures === 0 ? 0 : 1);
}

/** How many patches have gone stale. Changes nothing and starts nothing. */
async function checkAll(patches) {
  let failures = 0;
  for (const patch of patches) {
    const why = await whatIsStale(root, patch);
    if (why === undefined) continue;
    failures += 1;
    printOutcome('STALE', patch, why);
  }
  print(`${patches.length - failures} patches apply, ${failures} do not`);
  return failures;
}

/** How many guards are not proven. */
async function proveAll(patches) {
  const { findOrStartServers } = await import('#servers');
  const servers = await findOrStartServers({
    env: process.env,
    data: { kind: 'throwaway' },
    mayInstall: true,
  });
  const folder = await mkdtemp(join(tmpdir(), 'octopus-guards-'));
  const green = new Map();
  let failures = 0;
  try {
    const tree = await copyTree(folder);
    for (const patch of patches) {
      const { outcome, why } = await prove({ tree, servers, green }, patch);
      if (outcome !== 'red') failures += 1;
      printOutcome(outcome, patch, why);
    }
  } finally {
    await servers.stop();
    await rm(folder, { recursive: true, force: true });
  }
  print(`\n${patches.length - failures} guards proven, ${failures} not`);
  return failures;
}

/** `red` is what is wanted: the test fails without the guard and passes with it. */
async function prove({ tree, servers, green }, patch) {
  const applied = tree.apply(patch);
  if (!applied.ok) return { outcome: 'STALE', why: applied.why };
  const without = await runTest(tree.folder, patch, servers);
  await tree.restore(patch);
  if (without.broken) return { outcome: 'BROKEN', why: `the test did not run: ${without.why}` };
  if (without.failed === 0)
    return {
      outcome: 'GREEN',
      why: without.passed === 0 ? 'no test has that name' : 'nobody missed the guard',
    };
  if (values.quick) return { outcome: 'red' };
  const key = `${patch.test} ${patch.name}`;
  if (!green.has(key)) green.set(key, await runTest(tree.folder, patch, servers));
  const withIt = green.get(key);
  if (withIt.failed > 0 || withIt.broken)
    return { outcome: 'ALWAYS', why: `red with the guard, too: ${withIt.why}` };
  return { outcome: 'red' };
}

/** All, those named, or some in turns: the same ones for the same seed. */
function chosen(patches, { guard, some, seed }) {
  if (guard !== undefined) {
    const unknown = guard.filter((name) => patches.every(({ file }) => file !== name));
    if (unknown.length > 0) fail(`no guard ${unknown.join(', ')}; there are\n${list(patches)}`);
    return patches.filter(({ file }) => guard.includes(file));
  }
  if (some === undefined) return patches;
  // Fault runs are left out: they build, and take minutes.
  const quick = patches.filter(({ build }) => build.length === 0);
  const count = wholeNumber('some', some);
  const start = (wholeNumber('seed', seed) * count) % quick.length;
  // Every guard comes up after a few seeds.
  return [...quick.slice(start), ...quick.slice(0, start)].slice(0, count);
}

function parse() {
  try {
    return parseArgs({ options });
  } catch (error) {
    return fail(`${error.message}\nnpm run mutate:guards -- --help`);
  }
}

function wholeNumber(name, given) {
  return /^\d{1,9}$/.test(given) ? Number(given) : fail(`--${name} must be a whole number, not ${given}`);
}

function help() {
  return `npm run mutate:guards [-- options]      Takes each guard of the protocol away in turn, in a copy of the tree, and runs
                                        the test that must notice it (docs/faults.md).

  --guard <name>         only this one; may be given several times
  --some <n> --seed <n>  n guards in turns, others with the next seed; those that need a fault run are left out
  --quick                does not run the test once more with the guard in place: where all tests are run anyway
  --check                runs nothing: only whether each patch applies and its test is there

A guard takes some 20 seconds, all of them half an hour. Exit status 0: every one was missed by its test ("red").

GREEN    nobody noticed that the guard was gone
STALE    the patch no longer applies
ALWAYS   the test is red with the guard, too
BROKEN   the test did not run

Guards:
${list(all)}
`;
}

function list(patches) {
  const width = Math.max(...patches.map(({ file }) => file.length));
  return patches.map(({ file, guard }) => `  ${file.padEnd(width)}  ${guard}`).join('\n');
}

function printOutcome(outcome, { guard, test, name }, why) {
  print(
    `${outcome.padEnd(8)} ${guard} → ${[test, name].filter(Boolean).join(' › ')}${why ? `\n         ${why}` : ''}`,
  );
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
