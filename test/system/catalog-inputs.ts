import { newId } from '#testkit';
import { aDraft } from './cafe.js';
import type { Wrong, WrongInputs } from './wrong-input.js';

const tooFew = /at least 1|more than 0/;

const texts: Wrong[] = [
  ['name', '', /1 to 80 characters/],
  ['name', '   ', /1 to 80 characters/],
  ['name', 'x'.repeat(81), /80 characters/],
  ['name', '👨‍👩‍👧‍👦'.repeat(81), /80 characters/],
  ['name', 'a\u0000b', /./],
  ['description', 'x'.repeat(2_001), /2000 characters/],
  ['redeemedMessage', '', /1 to 1000 characters/],
];

/** Alike in a new draft and in an edit of one. */
const terms: Wrong[] = [
  ['type', 'voucher', /qr.*time_based.*click.*auto/],
  ['maxRedemptions', 0, tooFew],
  ['maxRedemptions', -5, tooFew],
  ['maxRedemptions', 1.5, /whole number|int/],
  ['maxRedemptions', '100', /must be/],
  ['maxRedemptions', 1e12, /at most/],
  ['maxRedemptionsPerUser', 0, tooFew],
  ['timeLimit/amount', 0, tooFew],
  ['timeLimit/unit', 'weeks', /minutes.*hours.*days/],
  ['timeLimit', 'PT1H', /must be/],
  ['validity', { amount: 3_651, unit: 'days' }, /3650 days/],
  ['validity/from', 'now', /not a field/],
  ['price/amount', '0', /at least 1/],
  ['price/amount', 5, /must be/],
  ['price/amount', '9223372036854775808', /9223372036854775807/],
  ['price/pointNameId', 'coin', /UUIDv7/],
  ['bonus/amount', '1.5', /whole number/],
  ['bonus/currency', 'EUR', /not a field/],
  ['reminder/daysBefore', 31, /at most 30/],
  ['reminder/daysBefore', 0, tooFew],
  ['reminder/text', '', /1 to 1000 characters/],
  ['reminder/at', '10:00', /not a field/],
  ['triggerId', 'x', /UUIDv7/],
  ['hideIfNotAvailable', 'yes', /must be/],
  ['pointsTakenAutomatically', 1, /must be/],
  ['audience', 'all', /followers.*everyone/],
  ['programmeId', 7, /must be/],
  ['levelIds', 'gold', /must be/],
  ['levelIds/0', 'gold', /UUIDv7/],
  ['position', 0, tooFew],
  ['position', 1_000_001, /at most/],
  ['startAt', 'tomorrow', /RFC 3339/],
  ['startAt', '2026-11-22', /RFC 3339/],
  ['startAt', '2026-11-22T09:00:00+01:00', /UTC/],
  ['endAt', '2026-02-30T09:00:00Z', /RFC 3339/],
  ['recurrence/opensAt', '24:00', /00:00 to 23:59/],
  ['recurrence/closesAt', undefined, /required/],
  ['recurrence/weekdays', [], /at least one day/],
  ['recurrence/weekdays', [1, 1], /twice/],
  ['maxredemptions', 5, /not a field/],
  ['__proto__x', {}, /not a field/],
];

const wholeTerms = {
  reminder: { daysBefore: 3, text: '{{coupon.name}} is yours until {{valid.until}}.' },
  timeLimit: { amount: 1, unit: 'hours' },
  validity: { amount: 1, unit: 'days' },
  price: { pointNameId: newId(), amount: '5' },
  bonus: { pointNameId: newId(), amount: '5' },
  recurrence: { kind: 'weekly', weekdays: [1], opensAt: '10:00', closesAt: '12:00' },
};

const drafts: Wrong[] = [
  ['channelId', undefined, /required|must be/],
  ['channelId', 'x', /UUIDv7/],
  ['channelId', '6f1c9d4e-0000-4000-8000-000000000000', /UUIDv7/],
  ['channelId', 7, /must be/],
  ['type', undefined, /required|must be/],
  ['name', null, /must be/],
  ['redeemedMessage', 'Hello {{nobody.knows}}', /nobody\.knows/],
  ['redeemedMessage', 'Until {{valid.until}}', /valid\.until/],
  ['reminder/text', 'Hello {{nobody.knows}}', /nobody\.knows.*points\.missing/],
  ...texts,
  ...terms,
];

const edits: Wrong[] = [['channelId', newId(), /not a field/], ...texts, ...terms];

const channels: Wrong[] = [
  ['name', '', /./],
  ['name', undefined, /required/],
  ['status', 'open', /draft.*active/],
  ['timeZone', 'Europe/Atlantis', /IANA/],
  ['timeZone', '+01:00', /IANA/],
  ['partnerId', 'p', /UUIDv7/],
  ['ownerIds/0', 'me', /UUIDv7/],
  ['ownerIds', 'me', /must be/],
  ['revision', 0, tooFew],
  ['revision', undefined, /required/],
  ['channelId', newId(), /not a field/],
];

const caps: Wrong[] = [
  ['maxRedemptions', undefined, /required/],
  ['maxRedemptions', 0, tooFew],
  ['maxRedemptions', 1.5, /whole number|int/],
  ['maxRedemptions', 1e12, /at most/],
  ['max', 5, /not a field/],
];

const partners: Wrong[] = [
  ['name', '', /./],
  ['name', 'x'.repeat(201), /200/],
  ['active', 'yes', /must be/],
  ['removed', 1, /must be/],
  ['revision', 0, tooFew],
  ['website', 'https://cafe.example', /not a field/],
];

const stores: Wrong[] = [
  ['partnerId', 'p', /UUIDv7/],
  ['name', undefined, /required/],
  ['timeZone', 'Mars/Olympus', /IANA/],
  ['position/latitude', 91, /at most 90|90/],
  ['position', undefined, /required/],
  ['revision', 1.5, /whole number|int/],
  ['storeId', newId(), /not a field/],
];

const cashiers: Wrong[] = [
  ['partnerId', undefined, /required/],
  ['displayName', '', /./],
  ['storeIds/0', 'here', /UUIDv7/],
  ['pointsGrant/perDay', '0', /at least 1/],
  ['pointsGrant', 100, /must be/],
  ['revision', -1, tooFew],
  ['pin', '1234', /not a field/],
];

const programmes: Wrong[] = [
  ['partnerId', 'p', /UUIDv7/],
  ['name', '', /./],
  ['levels', {}, /must be/],
  ['earningActions', undefined, /required/],
  ['revision', undefined, /required/],
  ['pointNameIds', [], /not a field/],
];

const pointNames: Wrong[] = [
  ['partnerId', undefined, /required/],
  ['partnerId', 'p', /UUIDv7/],
  ['name', ' ', /blank/],
  ['name', 'x'.repeat(81), /80/],
  ['programmeId', 'club', /UUIDv7/],
  ['kind', 'loyalty', /not a field/],
];

const renames: Wrong[] = [
  ['name', undefined, /required/],
  ['name', '', /blank/],
  ['name', 'a\u0000b', /U\+0000/],
  ['programmeId', newId(), /not a field/],
  ['removed', true, /not a field/],
];

const triggers: Wrong[] = [
  ['name', '', /blank/],
  ['url', 'http://provisioning.example.com/', /./],
  ['url', 7, /must be/],
  ['signingKey', 'My Key', /./],
  ['method', 'TRACE', /./],
  ['headers/0/value', 'a\r\nb', /printable ASCII/],
  ['partnerIds', [], /./],
  ['cost/units', 0, tooFew],
  ['cost/resource', '1MB', /short name/],
  ['cost/currency', 'EUR', /not a field/],
  ['timeoutMs', 99, /at least 100/],
  ['maxAttempts', 101, /at most 100/],
  ['offered', 'no', /must be/],
  ['removed', true, /not a field/],
];

/** What only the whole of a trigger tells, so that a change is asked for the trigger first. */
const newTriggers: typeof triggers = [
  ...triggers,
  ['headers/0/name', 'Content-Length', /set by the caller/],
  ['headers/0/name', 'Proxy-Connection', /set by the caller/],
  ['bodyTemplate', '[]', /JSON object/],
];

const aTrigger = {
  name: 'Give this user 1 GB data',
  url: 'https://provisioning.example.com/v1/data-packages',
  signingKey: 'provisioning',
  headers: [{ name: 'X-Plan', value: 'basic' }],
  cost: { resource: 'MB', units: 1024 },
};

/** The routes of the catalog that take a body. */
const otherStep: Wrong[] = [['audience', 'everyone', /not a field/]];
const times: Wrong[] = [
  ['startAt', 'tomorrow', /RFC 3339/],
  ['endAt', '2026-02-30T09:00:00Z', /RFC 3339/],
  ['name', 'Cake', /not a field/],
];
const previews: Wrong[] = [
  ...times,
  ['recurrence/opensAt', '24:00', /00:00 to 23:59/],
  ['recurrence/weekdays', [], /at least one day/],
  ['validity/amount', 0, tooFew],
];
const audiences: Wrong[] = [
  ['audience', 'all', /followers.*everyone/],
  ['name', 'Cake', /not a field/],
];
const rejections: Wrong[] = [
  ['reason', '', /1 to 500 characters/],
  ['reason', 'x'.repeat(501), /500 characters/],
  ['reason', undefined, /required/],
  ['because', 'it is loud', /not a field/],
];
const bulks: Wrong[] = [
  ['action', 'delete', /enable.*disable.*archive/],
  ['couponIds', [], /at least/],
  ['couponIds', undefined, /required/],
  ['all', true, /not a field/],
  ['couponIds/0', 'x', /UUIDv7/],
];

const impressions: Wrong[] = [
  ['sentAt', undefined, /required/],
  ['sentAt', 'now', /RFC 3339/],
  ['impressions/0/couponId', 'x', /UUIDv7/],
  ['impressions/0/place', 'cellar', /list.*detail.*share/],
  ['impressions/0/seenAt', '2026-02-30T09:00:00Z', /RFC 3339/],
  ['impressions/0/userId', newId(), /not a field/],
  ['impressions', [], tooFew],
  ['impressions', 'many', /must be/],
];

const tenantSettings: Wrong[] = [
  ['voidMinutes', 0, tooFew],
  ['voidMinutes', 10_081, /at most 10080/],
  ['voidMinutes', 1.5, /whole number|int/],
  ['voidMinutes', '30', /must be/],
  ['voidMinutes', undefined, /required/],
  ['quietHours', {}, /not a field/],
];

export const catalogInputs: WrongInputs[] = [
  ['PATCH /catalog/v1/coupons/{couponId}/steps/details', { name: 'Cake' }, [...texts, ...otherStep]],
  ['PATCH /catalog/v1/coupons/{couponId}/steps/timeframe', { endAt: null }, times],
  [
    'POST /catalog/v1/coupons/{couponId}/timeframe-preview',
    { endAt: null, validity: wholeTerms.validity, recurrence: wholeTerms.recurrence },
    previews,
  ],
  ['PATCH /catalog/v1/coupons/{couponId}/steps/users', { audience: 'followers' }, audiences],
  ['POST /catalog/v1/approvals/{couponId}/reject', { reason: 'Too loud' }, rejections],
  ['POST /catalog/v1/coupons/bulk', { action: 'enable', couponIds: [newId()] }, bulks],
  ['POST /catalog/v1/coupons', { ...aDraft(newId()), ...wholeTerms }, drafts],
  ['PATCH /catalog/v1/coupons/{couponId}', { name: 'Cake', ...wholeTerms }, edits],
  ['POST /catalog/v1/coupons/{couponId}/share-links', {}, [['code', 'mine', /not a field/]]],
  ['POST /catalog/v1/coupons/{couponId}/cap-requests', { maxRedemptions: 100 }, caps],
  [
    'PUT /catalog/v1/channels/{channelId}',
    {
      name: 'Kiosk',
      status: 'active',
      timeZone: 'UTC',
      partnerId: newId(),
      ownerIds: [newId()],
      revision: 9,
    },
    channels,
  ],
  ['PUT /catalog/v1/partners/{partnerId}', { name: 'Kiosk', active: true, revision: 9 }, partners],
  [
    'PUT /catalog/v1/stores/{storeId}',
    {
      partnerId: newId(),
      name: 'Ilica 1',
      timeZone: 'UTC',
      position: { latitude: 45.8, longitude: 15.9 },
      revision: 9,
    },
    stores,
  ],
  [
    'PUT /catalog/v1/cashiers/{cashierId}',
    {
      partnerId: newId(),
      displayName: 'Marko',
      storeIds: [newId()],
      pointsGrant: { perGrant: '10', perDay: '100' },
      revision: 9,
    },
    cashiers,
  ],
  [
    'PUT /catalog/v1/programmes/{programmeId}',
    { partnerId: newId(), name: 'Club', levels: [], earningActions: [], revision: 9 },
    programmes,
  ],
  ['POST /catalog/v1/point-names', { partnerId: newId(), name: 'coin' }, pointNames],
  ['PATCH /catalog/v1/point-names/{pointNameId}', { name: 'penny' }, renames],
  [
    'POST /catalog/v1/impressions',
    {
      sentAt: '2026-11-22T09:00:00Z',
      impressions: [{ couponId: newId(), place: 'list', seenAt: '2026-11-22T09:00:00Z' }],
    },
    impressions,
  ],
  ['PUT /catalog/v1/tenant-settings', { voidMinutes: 45 }, tenantSettings],
  ['POST /catalog/v1/triggers', aTrigger, newTriggers],
  ['PATCH /catalog/v1/triggers/{triggerId}', aTrigger, triggers],
];
