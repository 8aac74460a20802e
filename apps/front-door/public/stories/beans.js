import { rotatingCode } from '/qr-codes/index.js';
import {
  anasId,
  command,
  create,
  expect,
  expectCode,
  onceKnown,
  publish,
  signIn,
  takeBack,
  upload,
} from '../common-steps.js';
import { exchange } from '../exchange.js';

/** Redeemed at the counter by a code, paid with points, and taken back. */
export const beans = {
  id: 'beans',
  title: 'By QR code, for points',
  lead: 'At the counter a coffee costs 20 beans of the café’s loyalty programme. Ana’s phone shows the code, offline if need be.',
  steps: [
    signIn,
    upload('beans'),
    create('For whoever has 20 beans. Its price is fixed once it is published.', async (story) => {
      const { answered } = await exchange('GET', '/catalog/v1/point-names', { token: story.tokens.owner });
      story.pointNameId = answered.body.items.find(({ removed }) => !removed).pointNameId;
      return {
        type: 'qr',
        name: 'Coffee for beans',
        description: 'Show the code at the counter.',
        price: { pointNameId: story.pointNameId, amount: '20' },
        redeemedMessage: 'Here is your coffee, {{user.name}}.',
      };
    }),
    publish,
    {
      id: 'grant',
      title: 'The cashier gives Ana 20 beans',
      why: 'By hand, with a reason, within the limits that the account set for the cashier. See her balance.',
      run: (story) => {
        const body = { userId: anasId, pointNameId: story.pointNameId, amount: '20', reason: 'A visit' };
        return exchange('POST', '/redemption/v1/points-grants', command(story.tokens.cashier, body));
      },
      says: (answer) => expect(answer, 201, `Booked; Ana holds ${answer.body?.balance} beans.`),
    },
    {
      id: 'pass',
      title: 'Ana’s phone fetches a pass',
      why: 'Ahead of time. From then on it computes the codes by itself, a new one every 30 seconds, without the network.',
      run: async (story) => {
        const path = `/redemption/v1/coupons/${story.couponId}/pass`;
        const made = await onceKnown(() => exchange('POST', path, command(story.tokens.ana)));
        story.pass = made.answered.body;
        return made;
      },
      says: (answer) => expect(answer, 201, 'The pass is on this device, and on no other.'),
    },
    {
      id: 'wrong-scanner',
      title: 'Bruno scans Ana’s phone with his own app',
      why: 'Codes on phones are for cashiers; guests scan what the shop shows.',
      run: (story) => sendCode(story, 'bruno', '/redemption/v1/code-redemptions'),
      says: (answer) => expectCode(answer, 'code_wrong_scanner'),
    },
    {
      id: 'scan',
      title: 'The cashier scans it',
      why: 'The code, the pass, the cashier, the price: all are checked and booked in one transaction.',
      run: async (story) => {
        const made = await sendCode(story, 'cashier', '/redemption/v1/scans');
        story.redemptionId = made.answered.body.redemptionId;
        return made;
      },
      says: (answer) => expect(answer, 201, 'Redeemed; 20 beans are off her balance.'),
    },
    {
      id: 'replay',
      title: 'Somebody shows a photo of the same code',
      why: 'A code that was accepted is used up, and so are all before it.',
      run: (story) =>
        exchange('POST', '/redemption/v1/scans', command(story.tokens.cashier, { code: story.code })),
      says: (answer) => expectCode(answer, 'code_replayed'),
    },
    {
      id: 'void',
      title: 'It was the wrong table: the cashier takes it back',
      why: 'Within half an hour. The beans and the use return.',
      run: takeBack,
      says: (answer) => expect(answer, 200, 'Taken back; the beans are hers again.'),
    },
    {
      id: 'void-again',
      title: 'And takes it back once more',
      why: 'Once is all: nobody gets the beans twice.',
      run: takeBack,
      says: (answer) => expectCode(answer, 'already_voided'),
    },
  ],
};

/** What Ana's phone shows now; only the difference to the server's clock is known of it. */
async function sendCode(story, who, path) {
  story.clockOffsetMs ??= Date.parse(story.pass.serverTime) - Date.now();
  story.code = (await rotatingCode(story.pass, Date.now(), story.clockOffsetMs)).code;
  return exchange('POST', path, command(story.tokens[who], { code: story.code }));
}
