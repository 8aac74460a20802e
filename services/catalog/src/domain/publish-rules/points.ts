import type { FieldError, PointsAmount } from '#contracts';
import type { KnownPointName, Surroundings } from '../surroundings.js';
import { errorIf, type PublishRule } from './publish-rule.js';

/** D11: the price is in a currency of the own account that is still in use. */
export const priceIsInAnOwnPointName: PublishRule = ({ price }, surroundings) =>
  notUsable(price, '/price/pointNameId', surroundings);

/** D12: only points of a loyalty programme are given. */
export const bonusIsInAnOwnLoyaltyPointName: PublishRule = ({ bonus }, surroundings) => {
  const unusable = notUsable(bonus, '/bonus/pointNameId', surroundings);
  if (unusable.length > 0) return unusable;
  return errorIf(
    bonus !== null && named(bonus, surroundings)?.programmeId === null,
    '/bonus/pointNameId',
    'must be a point name of a loyalty programme; standalone points are given by hand only',
  );
};

/** D12: what is taken from a programme does not go back into it. */
export const priceAndBonusAreOfTwoProgrammes: PublishRule = ({ price, bonus }, surroundings) => {
  const [taken, given] = [price && named(price, surroundings), bonus && named(bonus, surroundings)];
  const programmeId = taken?.programmeId ?? null;
  return errorIf(
    programmeId !== null && programmeId === given?.programmeId,
    '/bonus/pointNameId',
    'must be of another loyalty programme than the price',
  );
};

function named({ pointNameId }: PointsAmount, { pointNames }: Surroundings): KnownPointName | undefined {
  return pointNames.find((known) => known.pointNameId === pointNameId);
}

/** Of another account is as unknown as none: its existence is nobody's business. */
function notUsable(amount: PointsAmount | null, pointer: string, surroundings: Surroundings): FieldError[] {
  if (amount === null) return [];
  const known = named(amount, surroundings);
  if (known?.partnerId !== surroundings.partnerId)
    return [{ pointer, message: 'is not a point name of the account of this channel' }];
  if (known.removed) return [{ pointer, message: `the point name "${known.name}" was withdrawn` }];
  return errorIf(
    surroundings.programmes.some(({ programmeId, removed }) => removed && programmeId === known.programmeId),
    pointer,
    `the loyalty programme of the point name "${known.name}" was removed`,
  );
}
