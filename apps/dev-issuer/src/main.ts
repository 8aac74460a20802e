import { issuerConfig } from './config.js';
import { issuerApp } from './issuer-app.js';
import { signingKey } from './signing-key.js';

try {
  const { PORT, HOST, ISSUER_URL, AUTH_AUDIENCE, ISSUER_KEY_FILE } = issuerConfig(process.env);
  let address = ISSUER_URL ?? '';
  const app = issuerApp({
    key: await signingKey(ISSUER_KEY_FILE),
    audience: AUTH_AUDIENCE,
    issuer: () => address,
  });
  const listening = await app.listen({ port: PORT, host: HOST });
  address ||= listening;
  process.stdout.write(`The development issuer ${address} listens at ${listening}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => void app.close().then(() => process.exit(0)));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
