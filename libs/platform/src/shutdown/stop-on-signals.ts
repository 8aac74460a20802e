import type { Log } from '../logging/log.js';

/** Longer than any request or handler may take, shorter than the 30 s after which Kubernetes kills. */
const HARD_LIMIT_MS = 25_000;

export interface SignalHost {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(code: number): void;
}

/** First signal: `stop` in order, then exit 0. A second one, or no end within the limit: exit 1 at once. */
export function stopOnSignals(
  stop: () => Promise<void>,
  log: Log,
  host: SignalHost = process,
  hardLimitMs = HARD_LIMIT_MS,
): void {
  let begun = false;
  const onSignal = (signal: string): void => {
    if (begun) {
      log.warn({ signal }, 'Stopped at once by a second signal');
      host.exit(1);
      return;
    }
    begun = true;
    log.info({ signal }, 'Stopping');
    const limit = setTimeout(() => {
      log.error({ hardLimitMs }, 'Not stopped in time: ended by force');
      host.exit(1);
    }, hardLimitMs).unref();
    void stop().then(
      () => {
        clearTimeout(limit);
        log.info({}, 'Stopped');
        host.exit(0);
      },
      (err: unknown) => {
        log.error({ err }, 'Stopping failed');
        host.exit(1);
      },
    );
  };
  host.on('SIGTERM', () => onSignal('SIGTERM'));
  host.on('SIGINT', () => onSignal('SIGINT'));
}
