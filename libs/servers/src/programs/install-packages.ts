import { existsSync } from 'node:fs';
import { lastLine, runProgram } from '../run-program.js';
import { findInPath } from './find-program.js';

/**
 * Installs Debian or Ubuntu packages without a prompt and without starting the servers in them.
 * @returns undefined when done, else why not, as half a sentence
 */
export async function installPackages(
  packages: string[],
  env: NodeJS.ProcessEnv,
  progress: (line: string) => void,
): Promise<string | undefined> {
  const prefix = await promptlessRoot(env);
  if (prefix === undefined) return 'apt-get cannot run here without a prompt';
  progress(`Installing with apt-get: ${packages.map((choice) => choice.split('|')[0]).join(' ')} …`);
  const [command, ...args] = [...prefix, '/bin/sh', '-c', installScript(), 'install', ...packages];
  const run = await runProgram(command ?? '/bin/sh', args, { env, timeoutMs: 600_000 });
  return run.ok ? undefined : `apt-get failed: ${lastLine(run.stderr) || lastLine(run.stdout)}`;
}

/** What goes before a command to run it as root without being asked for a password; undefined if that is not so. */
async function promptlessRoot(env: NodeJS.ProcessEnv): Promise<string[] | undefined> {
  const hasApt = findInPath('apt-get', env) !== undefined || existsSync('/usr/bin/apt-get');
  if (!hasApt) return undefined;
  if (process.getuid?.() === 0) return [];
  const sudo = findInPath('sudo', env);
  if (sudo === undefined) return undefined;
  const { ok } = await runProgram(sudo, ['-n', 'true'], { env, timeoutMs: 5_000 });
  return ok ? [sudo, '-n'] : undefined;
}

/**
 * Arguments: package names; `a|b` stands for the first that the distribution has. The two files that keep Debian from
 * making a PostgreSQL cluster and from starting servers are removed afterwards, unless they were there before.

 * A package source that does not answer is no reason to end: the others, or the lists of last time, may have the packages.
 * @param root stands before the two files and before what is in /bin; for tests
 */
export function installScript(root = ''): string {
  return `
set -eu
PATH="${root === '' ? '' : `${root}/bin:`}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
export PATH DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
policy=${root}/usr/sbin/policy-rc.d
cluster=${root}/etc/postgresql-common/createcluster.d/octopus-coupons.conf
made=""
cleanup() {
  [ -z "$made" ] || rm -f $made
  rmdir "$(dirname "$cluster")" 2>/dev/null || true
}
trap cleanup EXIT
apt-get update -qq -o DPkg::Lock::Timeout=120 || true
names=""
for choice in "$@"; do
  for name in $(printf %s "$choice" | tr '|' ' '); do
    if apt-cache show "$name" >/dev/null 2>&1; then names="$names $name"; break; fi
  done
done
[ -n "$names" ] || { echo "no package source has $*" >&2; exit 1; }
mkdir -p "$(dirname "$cluster")"
[ -e "$cluster" ] || { echo "create_main_cluster = false" > "$cluster"; made="$made $cluster"; }
[ -e "$policy" ] || { printf '#!/bin/sh\\nexit 101\\n' > "$policy"; chmod 755 "$policy"; made="$made $policy"; }
apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 $names
`;
}
