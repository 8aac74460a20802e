/** A job that runs over and over, with a pause between the end of one run and the start of the next. */
export interface Repetition {
  /** No further run begins; resolves when the one in hand has ended. */
  stop(): Promise<void>;
}

/** @param pauseMs asked before each pause, the first one included */
export function repeat(
  run: () => Promise<void>,
  pauseMs: () => number,
  onError: (err: unknown) => void,
): Repetition {
  const stopped = Promise.withResolvers<void>();
  let isStopped = false;
  const pause = async (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, pauseMs());
    await Promise.race([promise, stopped.promise]);
    clearTimeout(timer);
  };
  const loop = async (): Promise<void> => {
    for (await pause(); !isStopped; await pause()) await run().catch(onError);
  };
  const ended = loop();
  return {
    stop: () => {
      isStopped = true;
      stopped.resolve();
      return ended;
    },
  };
}
