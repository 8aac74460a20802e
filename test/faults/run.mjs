// npm run test:faults [-- --row <id>]… [--seed <n>] [--seeds <n>]   all rows with five seeds, unless said otherwise
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const options = {
  row: { type: 'string', multiple: true, default: ['all'] },
  seed: { type: 'string', default: '1' },
  seeds: { type: 'string' },
};
const { values } = parse();
const isReplay = process.argv.includes('--seed');
const env = {
  ...process.env,
  FAULT_ROWS: values.row.join(','),
  FAULT_SEED: wholeNumber('seed', values.seed),
  FAULT_SEEDS: wholeNumber('seeds', values.seeds ?? (isReplay ? '1' : '5')),
};
const bootstrap = ['tools/stack/bootstrap.mjs', 'test', 'test/faults/faults.e2e'];
process.exit(spawnSync(process.execPath, bootstrap, { env, stdio: 'inherit' }).status ?? 1);

function parse() {
  try {
    return parseArgs({ options });
  } catch (error) {
    return fail(error.message);
  }
}

function wholeNumber(name, given) {
  return /^\d{1,9}$/.test(given) ? given : fail(`--${name} must be a whole number, not ${given}`);
}

function fail(message) {
  process.stderr.write(`${message}\nnpm run test:faults -- [--row <id>]… [--seed <n>] [--seeds <n>]\n`);
  process.exit(2);
}
