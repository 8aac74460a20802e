import { readConfig } from './config.js';
import { createFrontDoor } from './front-door.js';

/** Milliseconds for answers that are under way when we are told to stop. */
const graceMs = 10_000;

try {
  const config = readConfig(process.env);
  const app = await createFrontDoor(config);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      setTimeout(() => process.exit(1), graceMs).unref();
      void app.close().then(() => process.exit(0));
    });
  }
  await app.listen({ port: config.PORT, host: config.HOST });
} catch (error) {
  process.stderr.write(`front-door: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
