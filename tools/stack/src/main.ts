import { readOptions } from './options.js';
import { reset } from './reset.js';
import { describeFailure } from './stack-failure.js';
import { start } from './start.js';
import { stop } from './stop.js';

// A closed terminal or pipe must not keep us from stopping things in order.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), process.env);
  if (options.command === 'start') await start(options, process.env);
  if (options.command === 'stop') await stop();
  if (options.command === 'reset') await reset(process.env);
}

try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(describeFailure(error, process.argv.includes('--debug')));
  process.exit(1);
}
