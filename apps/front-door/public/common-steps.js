import { exchange } from './exchange.js';

/** The demo channel, "Café Central"; Ana, Bruno and Clara follow it, Dino does not. */
export const channelId = '01980a5e-7c00-7000-8000-000000000003';
export const anasId = '01980a5e-7c00-7000-8000-000000000005';

const people = ['owner', 'cashier', 'ana', 'bruno', 'clara', 'dino'];

/**
 * A step makes the request that is shown (`run`) and tells what the answer means and whether it is the one that the story
 * expects (`says`).
 * @typedef {{ tokens: Record<string, string>, couponId?: string, imageId?: string, keys: Record<string, string> }} Story
 */

/** The first step of every story. */
export const signIn = {
  id: 'sign-in',
  title: 'Everybody signs in',
  why: 'The development issuer hands out a token for the owner, the cashier and for each guest.',
  async run(story) {
    const answers = await Promise.all(people.map((name) => exchange('GET', `/auth/token/${name}`)));
    people.forEach((name, at) => (story.tokens[name] = answers[at].answered.body.access_token));
    return answers[0];
  },
  says: ({ status }) =>
    status === 200
      ? good('Owner, cashier, Ana, Bruno, Clara and Dino hold a token each.')
      : bad('There is no development issuer here; this page needs one.'),
};

/** @param {string} picture one of those that come with this page */
export function upload(picture) {
  return {
    id: 'upload',
    title: 'The owner uploads a picture',
    why: 'It is decoded, cut to 16:9 and kept in three widths, without what a camera noted of time and place.',
    async run(story) {
      const body = await (await fetch(`/pictures/${picture}.webp`)).blob();
      const made = await exchange('POST', '/catalog/v1/images', { token: story.tokens.owner, body });
      story.imageId = made.answered.body.imageId;
      return made;
    },
    says: (answer) => expect(answer, 201, 'Six files, under addresses that never change their content.'),
  };
}

/** @param {(story: Story) => Promise<object> | object} coupon what the owner asks for beside the channel */
export function create(why, coupon) {
  return {
    id: 'create',
    title: 'The owner creates a coupon',
    why,
    async run(story) {
      const body = { channelId, imageId: story.imageId, ...(await coupon(story)) };
      const made = await exchange('POST', '/catalog/v1/coupons', command(story.tokens.owner, body));
      story.couponId = made.answered.body.couponId;
      return made;
    },
    says: (answer) => expect(answer, 201, 'A draft, with an id of its own.'),
  };
}

export const publish = {
  id: 'publish',
  title: 'The owner publishes it',
  why: 'A snapshot of the coupon leaves for Kafka; the redemption service takes it over from there.',
  run: (story) =>
    exchange('POST', `/catalog/v1/coupons/${story.couponId}/publish`, command(story.tokens.owner)),
  says: (answer) => expect(answer, 200, 'The coupon is active.'),
};

/** The cashier takes the story's redemption back. */
export function takeBack(story) {
  const path = `/redemption/v1/redemptions/${story.redemptionId}/void`;
  return exchange('POST', path, command(story.tokens.cashier));
}

/** Under one key as often as it is sent in a story; without a name under a new one. */
export function redeem(story, who, keyName) {
  const key = keyName === undefined ? newKey() : (story.keys[keyName] ??= newKey());
  const path = `/redemption/v1/coupons/${story.couponId}/redemptions`;
  return exchange('POST', path, command(story.tokens[who], {}, key));
}

/** The coupon travels over Kafka to the redemption edge: for a moment it is not known there. */
export async function onceKnown(ask) {
  for (let tries = 1; ; tries += 1) {
    const made = await ask();
    if (made.answered.body?.code !== 'coupon_not_found' || tries === 50) return made;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

export function command(token, body = {}, key = newKey()) {
  return { token, body, key };
}

/** Also where `crypto.randomUUID` is missing, which browsers give to secure contexts only. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

export function expect(answer, wanted, words) {
  return answer.status === wanted ? good(words) : surprise(answer, wanted);
}

export function expectCode(answer, code) {
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
