/** A Ctrl-C reaches us up to three times: from the terminal, through npm and through the bootstrap. */
const SAME_CTRL_C_MS = 1_000;

/** Resolves at the first SIGINT, SIGTERM or SIGHUP; one more after a second ends this process, and so its children. */
export function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const onSignal = (signal: NodeJS.Signals): void => {
      first ??= performance.now();
      resolve(signal);
      if (performance.now() - first > SAME_CTRL_C_MS) process.exit(130);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  });
}
