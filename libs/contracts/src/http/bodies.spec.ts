import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { sampleIds } from '../samples.js';
import { createCouponBody, putChannelBody } from './catalog.js';
import { page, pageQuery } from './paging.js';
import { problem, problemCodes } from './problem.js';
import { redeemBody } from './redemption.js';
import { putFollowBody, putUserBody } from './targeting.js';
import { tokenClaims } from './token.js';

const bodies: { title: string; schema: z.ZodType; whole: object }[] = [
  {
    title: 'createCouponBody',
    schema: createCouponBody,
    whole: { channelId: sampleIds.channel, type: 'click', name: 'Free espresso', description: 'One.' },
  },
  {
    title: 'putChannelBody',
    schema: putChannelBody,
    whole: {
      name: 'Café Central',
      status: 'active',
      timeZone: 'Europe/Zagreb',
      partnerId: sampleIds.partner,
      ownerIds: [sampleIds.owner],
      revision: 1,
    },
  },
  { title: 'putFollowBody', schema: putFollowBody, whole: { following: true, revision: 1 } },
  { title: 'putUserBody', schema: putUserBody, whole: { displayName: 'Ana', timeZone: null, revision: 1 } },
  { title: 'redeemBody', schema: redeemBody, whole: {} },
];

describe.each(bodies)('$title', ({ schema, whole }) => {
  it('takes a whole body', () => {
    expect(schema.safeParse(whole)).toMatchObject({ success: true });
  });

  it('refuses a field that it does not know: a misspelt field must not be lost in silence', () => {
    const parsed = schema.safeParse({ ...whole, misspelt: true });
    expect(parsed.error?.issues[0]).toMatchObject({ code: 'unrecognized_keys', keys: ['misspelt'] });
  });

  it.each([null, [], 'text', 7])('refuses %p', (value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });
});

describe('createCouponBody', () => {
  const draft = { channelId: sampleIds.channel, type: 'click' };

  it('lets a draft lack everything but channel and type', () => {
    expect(createCouponBody.parse(draft)).toEqual({
      ...draft,
      maxRedemptions: null,
      timeLimit: null,
      price: null,
      bonus: null,
      validity: null,
      triggerId: null,
      hideIfNotAvailable: false,
      pointsTakenAutomatically: false,
      audience: 'followers',
      programmeId: null,
      levelIds: [],
      imageId: null,
      position: null,
      recurrence: null,
      redeemedMessage: 'Enjoy your {{coupon.name}}!',
      reminder: null,
      startAt: null,
      endAt: null,
    });
  });

  it.each([
    ['name', 'x'.repeat(81)],
    ['name', ''],
    ['description', 'x'.repeat(2001)],
    ['maxRedemptions', 0],
    ['maxRedemptions', 1.5],
    ['maxRedemptionsPerUser', -1],
    ['startAt', 'tomorrow'],
    ['type', 'voucher'],
    ['timeLimit', { amount: 0, unit: 'hours' }],
    ['validity', { amount: 3651, unit: 'days' }],
    ['price', { pointNameId: sampleIds.pointName, amount: '0' }],
    ['bonus', { pointNameId: 'x', amount: '1' }],
    ['audience', 'nobody'],
    ['position', 0],
    ['recurrence', { kind: 'hourly' }],
    ['recurrence', { kind: 'daily', opensAt: '09:00', closesAt: '10:00', weekdays: [1] }],
    [
      'recurrence',
      {
        kind: 'yearly',
        month: 6,
        day: 1,
        missingDay: 'SKIP',
        opensAt: '09:00',
        closesAt: '10:00',
        year: 2027,
      },
    ],
    ['channelId', 'x'],
  ])('refuses a malformed %s', (field, value) => {
    const parsed = createCouponBody.safeParse({ ...draft, [field]: value });
    expect(parsed.error?.issues[0]?.path[0]).toBe(field);
  });
});

describe('pageQuery', () => {
  it('defaults to 20 and reads numbers from text', () => {
    expect(pageQuery.parse({})).toEqual({ limit: 20 });
    expect(pageQuery.parse({ limit: '100', cursor: 'x' })).toEqual({ limit: 100, cursor: 'x' });
  });

  it.each(['0', '101', '1.5', 'many', ''])('refuses the limit %p', (limit) => {
    expect(pageQuery.safeParse({ limit }).success).toBe(false);
  });

  it('leads pages whose cursor is null at the end', () => {
    expect(page(z.string()).parse({ items: ['a'], nextCursor: null })).toEqual({
      items: ['a'],
      nextCursor: null,
    });
  });
});

describe('problemCodes', () => {
  it.each(Object.entries(problemCodes))('%s tells what happened and what to do', (code, entry) => {
    expect(code).toMatch(/^[a-z][a-z_]*[a-z]$/);
    expect(entry.status).toBeGreaterThanOrEqual(400);
    expect(entry.title).not.toMatch(/\.$/);
    expect(entry.mend).toMatch(/\.$/);
    expect(problem.safeParse({ type: `urn:octopus-coupons:problem:${code}`, code, ...entry }).success).toBe(
      true,
    );
  });
});

describe('tokenClaims', () => {
  const claims = { iss: 'https://issuer', sub: sampleIds.user, tenant: sampleIds.tenant, exp: 2_000_000_000 };

  it('take each of the five roles and no other', () => {
    for (const role of ['end_user', 'channel_owner', 'cashier', 'tenant_admin', 'service'])
      expect(tokenClaims.safeParse({ ...claims, role }).success).toBe(true);
    expect(tokenClaims.safeParse({ ...claims, role: 'root' }).success).toBe(false);
  });

  it('without a tenant are refused', () => {
    expect(tokenClaims.safeParse({ ...claims, tenant: undefined, role: 'end_user' }).success).toBe(false);
  });
});
