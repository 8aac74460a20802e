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

export function fail(error) {
  const showStack = !(error instanceof BootstrapFailure) || process.argv.includes('--debug');
  console.error(showStack ? error : error.message);
  process.exit(error instanceof BootstrapFailure ? error.exitCode : 1);
}
