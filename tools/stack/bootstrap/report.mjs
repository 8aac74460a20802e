/** Something a person can mend: shown as one line (and the tail of a log), without a stack trace. */
export class BootstrapFailure extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export function progress(line) {
  console.log(line);
}

const EVERY_SECOND_MS = 1_000;
/** Where lines stay: in a log. */
const SECONDS_OF_A_LINE = 10;

/**
 * Shows that a step still goes on: a clock behind the line on a terminal, elsewhere a line now and then.
 * @param howFar asked each time; a few words, such as `210 of 900 packages`
 * @returns ends it
 */
export function ticking(line, howFar = () => '', out = process.stdout) {
  let seconds = 0;
  const state = () => [`${seconds} s`, howFar()].filter(Boolean).join(', ');
  if (out.isTTY) out.write(line);
  else progress(line);
  const timer = setInterval(() => {
    seconds += 1;
    if (out.isTTY) out.write(`\r${line} ${state()}\u001B[K`);
    else if (seconds % SECONDS_OF_A_LINE === 0) progress(`  … ${state()}`);
  }, EVERY_SECOND_MS);
  return () => {
    clearInterval(timer);
    if (out.isTTY) out.write('\n');
  };
}

export function fail(error) {
  const showStack = !(error instanceof BootstrapFailure) || process.argv.includes('--debug');
  console.error(showStack ? error : error.message);
  process.exit(error instanceof BootstrapFailure ? error.exitCode : 1);
}
