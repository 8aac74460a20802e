import { errorIf, type PublishRule } from './publish-rule.js';

/** D6: the trigger is on the tenant's list, and offered. */
export const triggerIsOffered: PublishRule = ({ triggerId }, { trigger }) =>
  errorIf(
    triggerId !== null && (trigger?.triggerId !== triggerId || trigger.removed || !trigger.offered),
    '/triggerId',
    'is not among the triggers that the tenant offers; GET /v1/offered-triggers lists them',
  );

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
