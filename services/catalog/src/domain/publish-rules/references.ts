import type { FieldError } from '#contracts';
import type { KnownTrigger } from '../surroundings.js';
import { isOfferedTo } from '../trigger.js';
import { errorIf, type PublishRule } from './publish-rule.js';

/** D6: the trigger is on the tenant's list, and offered to the account. */
export const triggerIsOffered: PublishRule = ({ triggerId }, { trigger, partnerId }) =>
  notOffered(triggerId, trigger, partnerId);

/** @param trigger as it is known by that id */
export function notOffered(
  triggerId: string | null,
  trigger: KnownTrigger | null,
  partnerId: string,
): FieldError[] {
  return errorIf(
    triggerId !== null && (trigger?.triggerId !== triggerId || !isOfferedTo(trigger, partnerId)),
    '/triggerId',
    'is not among the triggers that the tenant offers to this account; GET /v1/offered-triggers lists them',
  );
}

/** D4: nobody is shown a coupon whose image cannot be had. */
export const imageIsStored: PublishRule = ({ imageId }, { image }) => {
  if (imageId === null) return [];
  // Another one has been put in since the storage was asked.
  if (image?.imageId !== imageId)
    return [{ pointer: '/imageId', message: 'has been changed meanwhile; send it again' }];
  return errorIf(!image.isWhole, '/imageId', 'is not in the storage any more; upload the image once more');
};

/** M6: the programme is one of the own account. */
export const programmeIsOwn: PublishRule = ({ programmeId }, { programmes, partnerId }) => {
  const programme = programmes.find((known) => known.programmeId === programmeId);
  return errorIf(
    programmeId !== null &&
      (programme === undefined || programme.removed || programme.partnerId !== partnerId),
    '/programmeId',
    'is not a loyalty programme of the account of this channel',
  );
};
