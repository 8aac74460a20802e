import type { Principal } from '#platform';

/** Those of the caller's own channels that the filter names; all of them where it names none. */
export function chosenChannels(
  { channels }: Principal,
  { channelId: wanted }: { channelId?: readonly string[] | undefined },
): string[] {
  return channels.filter((one) => wanted === undefined || wanted.includes(one));
}
