import { windows } from '#contracts';
import { errorIf, type PublishRule } from './publish-rule.js';

/** F3: a coupon that repeats is open at least once between its start, or now, and its end. */
export const opensAtLeastOnce: PublishRule = ({ recurrence, startAt, endAt }, { timeZone }, now) => {
  if (recurrence === null || (endAt !== null && endAt <= now)) return [];
  const timeframe = {
    startAt: startAt?.toISOString() ?? null,
    endAt: endAt?.toISOString() ?? null,
    timeZone,
    recurrence,
  };
  const opens = windows(timeframe, now.getTime(), 1).some(({ window }) => window !== null);
  return errorIf(!opens, '/recurrence', 'has no window between the start and the end of the coupon');
};
