import type { ImpressionsBody } from '#contracts';

type Impression = ImpressionsBody['impressions'][number];

/** Apps keep what they could not send for so long; what is older says nothing about now. */
export const MOST_AGE_MS = 7 * 86_400_000;

/**
 * The impressions by the server's clock: whatever the app's clock shows, `sentAt` was now. None lies in the future, even
 * if the app contradicts itself; those that are too old are left out.
 */
export function correctedImpressions({ sentAt, impressions }: ImpressionsBody, now: Date): Impression[] {
  const offset = now.getTime() - Date.parse(sentAt);
  return impressions.flatMap((impression) => {
    const at = Math.min(Date.parse(impression.seenAt) + offset, now.getTime());
    return now.getTime() - at > MOST_AGE_MS ? [] : [{ ...impression, seenAt: new Date(at).toISOString() }];
  });
}
