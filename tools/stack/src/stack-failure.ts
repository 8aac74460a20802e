import { ServerUnavailable } from '#servers';

/** Something a person can mend. Shown as it is, without a stack trace. */
export class StackFailure extends Error {
  override readonly name = 'StackFailure';
}

/** What to show of an error: one line for those that are meant for a person, everything with `--debug`. */
export function describeFailure(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return String(error);
  if (debug) return error.stack ?? error.message;
  const meant = error instanceof StackFailure || error instanceof ServerUnavailable;
  return meant ? error.message : `${error.message.split('\n')[0]} (--debug shows where)`;
}
