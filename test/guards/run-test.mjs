import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const nodeOptions =
  '--experimental-vm-modules --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning';

/** Runs one test in the copy, on servers that stand already. */
export async function runTest(folder, { test, name, env }, { postgresUrl, redisUrl, kafkaBrokers }) {
  const output = join(folder, 'guard-result.json');
  await rm(output, { force: true });
  const args = [join(folder, 'node_modules/jest/bin/jest.js'), '--rootDir', folder, test];
  if (name !== '') args.push('-t', name);
  args.push('--json', '--outputFile', output, '--forceExit');
  await ended(
    spawn(join(folder, 'node_modules/.bin/node'), args, {
      cwd: folder,
      env: {
        ...process.env,
        ...env,
        NODE_OPTIONS: nodeOptions,
        DATABASE_URL: postgresUrl,
        REDIS_URL: redisUrl,
        KAFKA_BROKERS: kafkaBrokers.join(','),
      },
      stdio: 'ignore',
    }),
  );
  return read(output);
}

async function read(output) {
  let result;
  try {
    result = JSON.parse(await readFile(output, 'utf8'));
  } catch (error) {
    return { broken: true, why: error.message, failed: 0, passed: 0 };
  }
  const {
    numFailedTests: failed,
    numPassedTests: passed,
    numRuntimeErrorTestSuites: crashed,
    testResults,
  } = result;
  const why = (testResults[0]?.message ?? '')
    .replaceAll(/\u001b\[\d+m/g, '')
    .trim()
    .split('\n')
    .slice(0, 3)
    .join(' ');
  return { broken: crashed > 0, why, failed, passed };
}

function ended(child) {
  return new Promise((resolve) => child.once('close', resolve));
}
