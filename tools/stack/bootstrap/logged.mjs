import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { BootstrapFailure, ticking } from './report.mjs';
import { root, workFolder } from './root.mjs';

const TAIL_LINES = 25;
/** 128 + SIGHUP, SIGINT, SIGKILL, SIGTERM. npm's own errors have high codes, too. */
const ENDED_BY_SIGNAL = [129, 130, 137, 143];

/**
 * Runs a step with its output in a log, and a line that tells how far it is; on failure shows the end of the log. A signal
 * ends the whole bootstrap quietly.
 * @param said what the person is told: `line`, and `howFar` as in `ticking`
 */
export async function runLogged(name, command, args, { line, howFar }) {
  mkdirSync(workFolder, { recursive: true });
  const logFile = join(workFolder, `${name}.log`);
  const log = openSync(logFile, 'w');
  const stopTicking = ticking(line, howFar);
  const code = await runChild(command, args, { cwd: root, stdio: ['ignore', log, log] }).finally(() => {
    stopTicking();
    closeSync(log);
  });
  if (code === 0) return;
  if (ENDED_BY_SIGNAL.includes(code)) throw new BootstrapFailure(`Stopped during ${name}`, code);
  const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  throw new BootstrapFailure(`${tail}\n${name} failed; the whole log: ${logFile}`);
}
