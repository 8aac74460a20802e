import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { readFileSync } from 'node:fs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a child to its end, passing signals on; it dies with us, even by `kill -9`, and with the npm that started us.
 * Resolves to its exit code, 128 + n for signal n.
 */
export function runChild(command, args, options) {
  const [bound, boundArgs] = boundToUs(command, args);
  return new Promise((resolve, reject) => {
    const child = spawn(bound, boundArgs, options);
    const passOn = (signal) => child.kill(signal);
    for (const signal of signals) process.on(signal, passOn);
    const watch = watchNpm(() => child.kill('SIGKILL'));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearInterval(watch);
      for (const name of signals) process.off(name, passOn);
      resolve(signal === null ? code : 128 + constants.signals[signal]);
    });
  });
}

function boundToUs(command, args) {
  const setpriv = process.platform === 'linux' && spawnSync('setpriv', ['--pdeathsig', 'KILL', 'true']);
  if (!setpriv || setpriv.status !== 0) return [command, args];
  return ['setpriv', ['--pdeathsig', 'KILL', '--', command, ...args]];
}

/** `kill -9` of npm leaves us without a word; npm may be our parent or the shell's between. */
function watchNpm(onDeath) {
  const npm = process.env.npm_lifecycle_event === undefined ? undefined : npmAbove();
  if (npm === undefined) return undefined;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent && isAlive(npm)) return;
    clearInterval(watch);
    onDeath();
  }, 250);
  watch.unref();
  return watch;
}

function npmAbove() {
  let pid = process.ppid;
  for (let steps = 0; steps < 3 && pid > 1; steps += 1) {
    const about = readProcess(pid);
    if (about === undefined) return process.ppid;
    if (/\bnpm\b|npm-cli/.test(about.command)) return pid;
    pid = about.parent;
  }
  return process.ppid;
}

function readProcess(pid) {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return { command, parent: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) };
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
