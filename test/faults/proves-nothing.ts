/**
 * The row could not bring its fault about (nobody came by the failpoint, nobody met the lock): nothing was violated, and
 * nothing was shown.
 */
export class ProvesNothing extends Error {}

/** How often a row that could not bring its fault about is run again. */
const MORE_TRIES = 3;

/** Runs it with the next seed as long as it proves nothing, but not for ever. Whatever it throws is never tried again. */
export async function withFurtherSeeds(
  seed: number,
  run: (seed: number) => Promise<ProvesNothing | undefined>,
): Promise<void> {
  for (let nth = 0; ; nth += 1) {
    const nothing = await run(seed + nth);
    if (nothing === undefined) return;
    if (nth === MORE_TRIES) throw nothing;
    process.stderr.write(`${nothing.message.split('\n')[0]}: run again with the next seed\n`);
  }
}
