import { setTimeout as sleep } from 'node:timers/promises';

const LONGEST_REST_MS = 1_000;

/** Background work beside people's: after each statement it rests three times as long as that took, a second at most. */
export class Pace {
  constructor(private readonly restsPerWork = 3) {}

  async run<T>(statement: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    const result = await statement();
    await sleep(Math.min(LONGEST_REST_MS, this.restsPerWork * (performance.now() - begun)));
    return result;
  }
}
