import { create, expect, expectCode, onceKnown, publish, redeem, signIn, upload } from '../common-steps.js';

/** Redeemed by a click, up to a total and once per guest. */
export const espresso = {
  id: 'espresso',
  title: 'By a click',
  lead: 'The owner of Café Central gives away three espressos; pressing Redeem takes one.',
  steps: [
    signIn,
    upload('espresso'),
    create('Three espressos, one per guest. It is a draft: nobody sees it yet.', () => ({
      type: 'click',
      name: 'Free espresso',
      description: 'One espresso on the house for the first three guests.',
      maxRedemptions: 3,
      maxRedemptionsPerUser: 1,
      redeemedMessage: 'Enjoy your {{coupon.name}}, {{user.name}}!',
    })),
    publish,
    {
      id: 'ana',
      title: 'Ana redeems',
      why: 'She follows the channel. Accepted means committed: watch the count, and her phone.',
      run: (story) => onceKnown(() => redeem(story, 'ana', 'ana')),
      says: (answer) => expect(answer, 201, 'Redeemed.'),
    },
    {
      id: 'again',
      title: 'Ana’s phone sends it again',
      why: 'The network was slow. The same Idempotency-Key gets the same answer, and nothing is counted twice.',
      run: (story) => redeem(story, 'ana', 'ana'),
      says: (answer) => expect(answer, 201, 'The same redemption, not another one.'),
    },
    {
      id: 'twice',
      title: 'Ana tries a second espresso',
      why: 'A new request with a new key: one per guest was agreed.',
      run: (story) => redeem(story, 'ana'),
      says: (answer) => expectCode(answer, 'user_limit_reached'),
    },
    {
      id: 'dino',
      title: 'Dino does not follow the channel',
      why: 'The coupon is for followers.',
      run: (story) => redeem(story, 'dino'),
      says: (answer) => expectCode(answer, 'not_a_follower'),
    },
    {
      id: 'bruno',
      title: 'Bruno redeems',
      why: 'Two of three.',
      run: (story) => redeem(story, 'bruno'),
      says: (answer) => expect(answer, 201, 'Redeemed.'),
    },
    {
      id: 'clara',
      title: 'Clara takes the last one',
      why: 'In the same transaction the coupon is used up for good.',
      run: (story) => redeem(story, 'clara'),
      says: (answer) => expect(answer, 201, 'Redeemed, and the coupon finishes by itself.'),
    },
  ],
};
