// Runs on whatever Node is installed (20.19 or newer) with nothing else there yet: installs and builds what is missing,
// then hands over to the Node that this project pins. No dependencies and no TypeScript for that reason.
import { needsBuild, build } from './bootstrap/build.mjs';
import { handOver } from './bootstrap/hand-over.mjs';
import { helpFor } from './bootstrap/help.mjs';
import { needsInstall, install } from './bootstrap/install.mjs';
import { alone } from './bootstrap/lock.mjs';
import { pinnedNode, refuseOldNode } from './bootstrap/node-version.mjs';
import { BootstrapFailure, fail } from './bootstrap/report.mjs';

const startedAt = Date.now();
const stack = 'dist/tools/stack/src/main.js';

/** What each command runs once everything is there: arguments for the pinned Node. */
const commands = {
  start: (rest) => ({ args: [stack, 'start', ...rest] }),
  stop: (rest) => ({ args: [stack, 'stop', ...rest], asItIs: stack }),
  reset: (rest) => ({ args: [stack, 'reset', ...rest], asItIs: stack }),
  story: (rest) => ({ args: ['dist/tools/stack/src/story.js', ...rest] }),
  code: (rest) => ({ args: ['dist/tools/stack/src/code.js', ...rest] }),
  bench: (rest) => ({ args: ['dist/bench/src/main.js', ...rest] }),
  generate: (rest) => ({ args: ['dist/tools/generate/src/main.js', ...rest] }),
  test: (rest) => ({
    args: ['node_modules/jest/bin/jest.js', ...rest],
    nodeOptions: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  }),
};

/** Installs and builds, and goes on with nothing: for CI, which runs the checks one by one afterwards. */
const installOnly = 'install';

async function main([command, ...rest]) {
  refuseOldNode();
  const plan = command === installOnly ? {} : commands[command]?.(rest);
  if (plan === undefined) throw new BootstrapFailure(`Say one of: ${Object.keys(commands).join(', ')}`);
  const help = helpFor(command, rest);
  if (help !== undefined) return void console.log(help);
  await alone(
    () => needsInstall() || needsBuild(plan.asItIs),
    async () => {
      if (needsInstall()) await install();
      if (needsBuild(plan.asItIs)) await build();
    },
  );
  if (plan.args !== undefined) await handOver(pinnedNode(), plan, startedAt);
}

main(process.argv.slice(2)).catch(fail);
