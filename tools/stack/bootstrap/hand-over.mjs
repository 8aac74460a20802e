import { delimiter, join } from 'node:path';
import { runChild } from './child.mjs';
import { root } from './root.mjs';

/** kafkajs sets a timer in the past, harmlessly; Node would say so at every start. */
const KAFKAJS_NOISE = '--disable-warning=TimeoutNegativeWarning';

/** Goes on in the pinned Node and ends as it ends. */
export async function handOver(node, { args, nodeOptions = [] }, startedAt) {
  const [script, ...rest] = args;
  const env = {
    ...process.env,
    PATH: [join(root, 'node_modules/.bin'), process.env.PATH ?? ''].join(delimiter),
    // For "Ready in … s", which counts from the first line of the bootstrap.
    OCTOPUS_STARTED_AT: String(startedAt),
  };
  env.NODE_OPTIONS = [process.env.NODE_OPTIONS, KAFKAJS_NOISE, ...nodeOptions].filter(Boolean).join(' ');
  const code = await runChild(node, [join(root, script), ...rest], { cwd: root, env, stdio: 'inherit' });
  process.exit(code);
}
