// npm run test:faults -- --help
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const groups = JSON.parse(readFileSync(new URL('rows/rows.json', import.meta.url), 'utf8'));
// Rows of the scheduler have an arena of their own.
const scheduler = [
  { id: 'scheduler-killed', about: 'kill -9 of schedulers at random while instants come', short: true },
  {
    id: 'scheduler-off',
    about: 'no scheduler for two hours, then two, one of which has its clock wrong; steps back',
    short: true,
  },
];
const rows = [...Object.values(groups).flat(), ...scheduler];
const options = {
  row: { type: 'string', multiple: true, default: ['all'] },
  seed: { type: 'string' },
  seeds: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
};

const { values } = parse();
if (values.help) {
  process.stdout.write(help());
  process.exit(0);
}
const unknown = values.row.filter((id) => id !== 'all' && rows.every((row) => row.id !== id));
if (unknown.length > 0) fail(`no row ${unknown.join(', ')}; there are\n${list()}`);
const env = {
  ...process.env,
  FAULT_ROWS: values.row.join(','),
  FAULT_SEED: wholeNumber('seed', values.seed ?? '1'),
  FAULT_SEEDS: wholeNumber('seeds', values.seeds ?? (values.seed === undefined ? '5' : '1')),
};
const isOfScheduler = (id) => scheduler.some((row) => row.id === id);
const files = [
  ...(values.row.every(isOfScheduler) ? [] : ['test/faults/faults.e2e']),
  ...(values.row.some((id) => id === 'all' || isOfScheduler(id)) ? ['test/faults/scheduler.e2e'] : []),
];
env.FAULT_SCHEDULER_ROWS = values.row.join(',');
env.FAULT_ROWS = values.row.every(isOfScheduler)
  ? 'all'
  : values.row.filter((id) => !isOfScheduler(id)).join(',');
process.exit(
  spawnSync(process.execPath, ['tools/stack/bootstrap.mjs', 'test', ...files], { env, stdio: 'inherit' })
    .status ?? 1,
);

function parse() {
  try {
    return parseArgs({ options });
  } catch (error) {
    return fail(`${error.message}\nnpm run test:faults -- --help`);
  }
}

function wholeNumber(name, given) {
  if (!/^\d{1,9}$/.test(given)) fail(`--${name} must be a whole number, not ${given}`);
  if (name === 'seeds' && Number(given) === 0) fail('--seeds must be at least 1');
  return given;
}

function help() {
  return `npm run test:faults [-- options]      Torments redemption's built processes on servers of its own, and holds what clients,
                                      database and topics say against each other (docs/faults.md).

  --row <id>       only this row; may be given several times
  --seed <n>       this seed alone, as in the message of a failure
  --seeds <n>      so many seeds, from --seed or 1 on; without options 5

A row with a seed takes some 10 seconds on two quiet cores, all rows with five seeds three quarters of an hour. Exit
status 0: nothing was violated. A failure tells the shortest story that shows it, and the command that runs it again.
A row whose fault did not come about is run again with the next seed, three times at most.

Rows (* is part of npm test):
${list()}
`;
}

function list() {
  const width = Math.max(...rows.map(({ id }) => id.length));
  return Object.entries({ ...groups, scheduler })
    .flatMap(([group, ofGroup]) => [
      `  ${group}`,
      ...ofGroup.map(({ id, about, short }) => `  ${short ? '*' : ' '} ${id.padEnd(width)}  ${about}`),
    ])
    .join('\n');
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
