import type { Principal } from '#platform';

/** Those of the caller's own channels that the filter names, each once; all of them where it names none. */
export function chosenChannels(
  { channels }: Principal,
  { channelId: wanted }: { channelId?: readonly string[] | undefined },
): string[] {
  return [...new Set(channels)].filter((one) => wanted === undefined || wanted.includes(one));
}
