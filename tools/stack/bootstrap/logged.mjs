import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { BootstrapFailure } from './report.mjs';
import { root, workFolder } from './root.mjs';

const TAIL_LINES = 25;
/** 128 + SIGHUP, SIGINT, SIGKILL, SIGTERM. npm's own errors have high codes, too. */
const ENDED_BY_SIGNAL = [129, 130, 137, 143];

/** Runs a step with its output in a log; on failure shows the end of it. A signal ends the whole bootstrap quietly. */
export async function runLogged(name, command, args) {
  mkdirSync(workFolder, { recursive: true });
  const logFile = join(workFolder, `${name}.log`);
  const log = openSync(logFile, 'w');
  const code = await runChild(command, args, { cwd: root, stdio: ['ignore', log, log] }).finally(() =>
    closeSync(log),
  );
  if (code === 0) return;
  if (ENDED_BY_SIGNAL.includes(code)) throw new BootstrapFailure(`Stopped during ${name}`, code);
  const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  throw new BootstrapFailure(`${tail}\n${name} failed; the whole log: ${logFile}`);
}
