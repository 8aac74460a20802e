import {
  create,
  expect,
  expectCode,
  onceKnown,
  publish,
  redeem,
  signIn,
  takeBack,
  upload,
} from '../common-steps.js';
import { exchange } from '../exchange.js';

/** Redeemed at the counter by the guest, who then shows the evidence for three minutes. */
export const hour = {
  id: 'hour',
  title: 'By time, with evidence',
  lead: 'Ana presses Redeem in front of the cashier, and her screen proves it for three minutes.',
  steps: [
    signIn,
    upload('hourglass'),
    create('For every guest once in 24 hours, however many guests come.', () => ({
      type: 'time_based',
      name: 'Guest of the hour',
      description: 'Press Redeem at the counter and show the hourglass.',
      maxRedemptionsPerUser: 30,
      timeLimit: { amount: 24, unit: 'hours' },
      redeemedMessage: 'See you tomorrow, {{user.name}}!',
    })),
    publish,
    {
      id: 'press',
      title: 'Ana presses Redeem',
      why: 'The three minutes begin with the commit, on the database’s clock.',
      run: async (story) => {
        const made = await onceKnown(() => redeem(story, 'ana'));
        Object.assign(story, {
          redemptionId: made.answered.body.redemptionId,
          evidence: made.answered.body.evidence?.token,
        });
        return made;
      },
      says: (answer) =>
        expect(answer, 201, `Redeemed; shown until ${clock(answer.body?.evidence?.shownUntil)}.`),
    },
    {
      id: 'evidence',
      title: 'Ana’s phone reloads the evidence',
      why: 'Also after a crash of the app, and after the coupon has ended.',
      run: showEvidence,
      says: (answer) => expect(answer, 200, `Still shown, until ${clock(answer.body?.shownUntil)}.`),
    },
    {
      id: 'cooldown',
      title: 'Ana presses once more',
      why: 'The time limit is rolling; she sees from when on it is open to her.',
      run: (story) => redeem(story, 'ana'),
      says: (answer) => expectCode(answer, 'cooling_down'),
    },
    {
      id: 'hour-void',
      title: 'The cashier takes it back',
      why: 'With it the time limit and the evidence go.',
      run: takeBack,
      says: (answer) => expect(answer, 200, 'Taken back; Ana may redeem at once.'),
    },
    {
      id: 'gone',
      title: 'Ana shows the evidence all the same',
      why: 'It would prove a redemption that is none any more.',
      run: showEvidence,
      says: (answer) => expectCode(answer, 'evidence_not_found'),
    },
  ],
};

function showEvidence(story) {
  return exchange('GET', `/redemption/v1/evidence/${story.evidence}`, { token: story.tokens.ana });
}

function clock(instant) {
  return new Date(instant).toLocaleTimeString();
}
