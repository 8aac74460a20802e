import { relative } from 'node:path';
import { serversOfThisRun } from './servers-of-this-run.mjs';

const lingerMs = 3_000;

/** One line per file, failures in full, one summary; the very last line of the run is `N passed, N failed`. */
export default class Reporter {
  #failures = [];

  constructor(globalConfig) {
    this.rootDir = globalConfig.rootDir;
  }

  onTestFileResult(test, result) {
    const { numFailingTests: failed, numPassingTests: passed, perfStats } = result;
    const broken = result.testExecError !== undefined;
    const seconds = (Math.max(0, perfStats.end - perfStats.start) / 1000).toFixed(1);
    const file = relative(this.rootDir, test.path);
    const counts = broken
      ? 'did not run'
      : [`${passed} passed`, ...(failed > 0 ? [`${failed} failed`] : [])].join(', ');
    print(`${broken || failed > 0 ? 'FAIL' : 'ok  '}  ${file}  ${counts}  ${seconds} s`);
    if (!broken && failed === 0) return;
    for (const { message, origin } of result.console ?? []) print(`${message}\n${origin ?? ''}`.trimEnd());
    print(result.failureMessage ?? '');
    this.#failures.push(file);
  }

  onRunComplete(_contexts, results) {
    const files = results.numTotalTestSuites;
    const seconds = ((Date.now() - results.startTime) / 1000).toFixed(0);
    print(`\n${files} ${files === 1 ? 'file' : 'files'} in ${seconds} s`);
    for (const file of this.#failures) print(`failed: ${file}`);
    // On exit, because global teardown and Jest's own warnings still come.
    process.once('exit', () => print(lastLine(results)));
    endIfSomethingLingers(results);
  }
}

/** A file that did not even run is one failure. */
export function lastLine(results) {
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  const skipped = results.numPendingTests + results.numTodoTests;
  return `${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** An open handle in this process must not hang the run: it ends once the servers have stopped and a grace has passed. */
function endIfSomethingLingers(results) {
  let lingers = 0;
  const everyMs = 500;
  setInterval(() => {
    if (serversOfThisRun.get() !== undefined || (lingers += everyMs) < lingerMs) return;
    print('A test left something open (a connection, a timer, a server); the run was ended.');
    process.exit(results.success ? 0 : 1);
  }, everyMs).unref();
}

function print(text) {
  process.stdout.write(`${text}\n`);
}
