import { exchange } from './exchange.js';

/** The demo channel, "Café Central"; Ana, Bruno and Clara follow it, Dino does not. */
const channelId = '01980a5e-7c00-7000-8000-000000000003';

const people = ['owner', 'ana', 'bruno', 'clara', 'dino'];

/**
 * What happens, in order. `run` makes the request that is shown; `says` tells what the answer means and whether it is
 * the one that the story expects.
 * @typedef {{ tokens: Record<string, string>, couponId?: string, anasKey: string }} Story
 */
export const steps = [
  {
    id: 'sign-in',
    title: 'Everybody signs in',
    why: 'The development issuer hands out a token for the owner and for each guest.',
    async run(story) {
      const answers = await Promise.all(people.map((name) => exchange('GET', `/auth/token/${name}`)));
      people.forEach((name, at) => (story.tokens[name] = answers[at].answered.body.access_token));
      return answers[0];
    },
    says: ({ status }) =>
      status === 200
        ? good('Owner, Ana, Bruno, Clara and Dino hold a token each.')
        : bad('There is no development issuer here; this page needs one.'),
  },
  {
    id: 'create',
    title: 'The owner creates a coupon',
    why: 'Three espressos, one per guest. It is a draft: nobody sees it yet.',
    async run(story) {
      const body = {
        channelId,
        type: 'click',
        name: 'Free espresso',
        description: 'One espresso on the house for the first three guests.',
        maxRedemptions: 3,
        maxRedemptionsPerUser: 1,
        redeemedMessage: 'Enjoy your {{coupon.name}}, {{user.name}}!',
      };
      const made = await exchange('POST', '/catalog/v1/coupons', command(story.tokens.owner, body));
      story.couponId = made.answered.body.couponId;
      return made;
    },
    says: (answer) => expect(answer, 201, 'A draft, with an id of its own.'),
  },
  {
    id: 'publish',
    title: 'The owner publishes it',
    why: 'A snapshot of the coupon leaves for Kafka; the redemption service takes it over from there.',
    run: (story) =>
      exchange('POST', `/catalog/v1/coupons/${story.couponId}/publish`, command(story.tokens.owner)),
    says: (answer) => expect(answer, 200, 'The coupon is active.'),
  },
  {
    id: 'ana',
    title: 'Ana redeems',
    why: 'She follows the channel. Accepted means committed: watch the count, and her phone.',
    run: (story) => onceKnown(() => redeem(story, 'ana', story.anasKey)),
    says: (answer) => expect(answer, 201, 'Redeemed.'),
  },
  {
    id: 'again',
    title: 'Ana’s phone sends it again',
    why: 'The network was slow. The same Idempotency-Key gets the same answer, and nothing is counted twice.',
    run: (story) => redeem(story, 'ana', story.anasKey),
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
];

function redeem(story, who, key) {
  const path = `/redemption/v1/coupons/${story.couponId}/redemptions`;
  return exchange('POST', path, command(story.tokens[who], {}, key));
}

/** The coupon travels over Kafka to the redemption edge: for a moment it is not known there. */
async function onceKnown(ask) {
  for (let tries = 1; ; tries += 1) {
    const made = await ask();
    if (made.answered.body?.code !== 'coupon_not_found' || tries === 50) return made;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function command(token, body = {}, key = newKey()) {
  return { token, body, key };
}

/** Also where `crypto.randomUUID` is missing, which browsers give to secure contexts only. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

function expect(answer, wanted, words) {
  return answer.status === wanted ? good(words) : surprise(answer, wanted);
}

function expectCode(answer, code) {
  return answer.body?.code === code
    ? good(`Refused, as it should be: ${answer.body.title}.`)
    : surprise(answer, code);
}

function surprise({ status, body }, wanted) {
  return bad(`Expected ${wanted}, got ${body?.code ?? status}. ${body?.title ?? ''}. ${body?.mend ?? ''}`);
}

function good(words) {
  return { ok: true, words };
}

function bad(words) {
  return { ok: false, words };
}
