import type { Log } from '../logging/log.js';

/** Milliseconds for what is under way: longer than any request or handler may take. */
const STOP_MS = 20_000;

/** Milliseconds from the signal to the end by force. Whoever kills the process must wait longer than that. */
export function hardLimitMs(drainMs: number): number {
  return drainMs + STOP_MS;
}

export interface SignalHost {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(code: number): void;
}

/** First signal: `stop` in order, then exit 0. A second one, or no end within the limit: exit 1 at once. */
export function stopOnSignals(
  stop: () => Promise<void>,
  log: Log,
  limitMs: number,
  host: SignalHost = process,
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
      log.error({ limitMs }, 'Not stopped in time: ended by force');
      host.exit(1);
    }, limitMs).unref();
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
