import type { FieldError } from '#contracts';
import type { Coupon } from '../coupon.js';
import type { KnownProgramme } from '../surroundings.js';
import { errorIf, type PublishRule } from './publish-rule.js';

/** U6: levels are those of the coupon's own programme. */
export const levelsAreOfTheProgramme: PublishRule = (coupon, { programmes }) =>
  problemsOfLevels(coupon, programmes);

export function problemsOfLevels(
  { levelIds, programmeId }: Pick<Coupon, 'levelIds' | 'programmeId'>,
  programmes: readonly KnownProgramme[],
): FieldError[] {
  if (programmeId === null)
    return errorIf(levelIds.length > 0, '/levelIds', 'needs programmeId: levels are those of a programme');
  const known = programmes.find((one) => one.programmeId === programmeId)?.levelIds ?? [];
  return levelIds.flatMap((levelId, nth) =>
    errorIf(!known.includes(levelId), `/levelIds/${nth}`, 'is not a level of the programme'),
  );
}
