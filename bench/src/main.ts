import { readOptions, USAGE } from './options.js';
import { figureOf } from './report/figures.js';
import { ledgerLines, ledgerOf } from './report/ledger.js';
import { tableOf } from './report/table.js';
import { writeResults } from './report/write-results.js';
import { rows } from './rows.js';
import { runLaps } from './run-laps.js';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

try {
  if (process.argv.includes('--help')) console.log(USAGE);
  else await bench();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
// Test doubles of libs/testkit keep connections open that nobody needs any more.
process.exit();

async function bench(): Promise<void> {
  const options = readOptions(
    process.argv.slice(2),
    rows.map(({ id }) => id),
  );
  const wanted = rows.filter(({ id }) => options.ids.length === 0 || options.ids.includes(id));
  const { laps, machine } = await runLaps(wanted, options, say);
  const figures = wanted.flatMap((row) => figureOf(row, laps) ?? []);
  const ledger = ledgerOf(laps);
  console.log(`\n${tableOf(figures)}\n\n${ledgerLines(ledger)}\n`);
  const problems = [...laps].flatMap(([id, samples]) =>
    samples.flatMap((sample) => sample.problems.map((p) => `${id}: ${p}`)),
  );
  for (const problem of problems) say(`WRONG OUTCOME ${problem}`);
  if (!options.quick && options.ids.length === 0) await writeResults({ figures, ledger, machine });
  if (problems.length > 0) process.exitCode = 1;
}
