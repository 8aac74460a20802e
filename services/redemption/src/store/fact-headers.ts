import {
  cloudEventType,
  dataSchemaUri,
  type Envelope,
  redemptionAddon,
  redemptionCouponExhausted,
  redemptionFulfilment,
  redemptionPoints,
  redemptionRedemption,
  toHeaders,
  type TopicDefinition,
} from '#contracts';

/** What the function fills in per fact. */
const perFact = ['ce_id', 'ce_time', 'ce_subject', 'ce_correlationid'];

/** Tenants of which they are kept; the one that was first asked for goes first. A tenant's take a kilobyte and a half. */
const MOST_KEPT = 1_000;
const kept = new Map<string, string>();

/**
 * The Kafka headers that all facts of a kind and tenant share, in the order in which `redeem_batch` knows the kinds: each
 * a JSON object without its last brace, behind which the function adds what differs. As PostgreSQL's text form of an
 * array. Made once per tenant: every batch sends them.
 */
export function factHeaders(tenantId: string): string {
  const known = kept.get(tenantId);
  if (known !== undefined) return known;
  const made = makeHeaders(tenantId);
  kept.set(tenantId, made);
  const [first] = kept.keys();
  if (kept.size > MOST_KEPT && first !== undefined) kept.delete(first);
  return made;
}

function makeHeaders(tenantId: string): string {
  const heads = [
    sharedHeaders(redemptionRedemption, 'redeemed', tenantId),
    sharedHeaders(redemptionCouponExhausted, 'coupon-exhausted', tenantId),
    sharedHeaders(redemptionPoints, 'points-debited', tenantId),
    sharedHeaders(redemptionPoints, 'points-credited', tenantId),
    sharedHeaders(redemptionFulfilment, 'fulfilment-pending', tenantId),
    sharedHeaders(redemptionAddon, 'addon-used-up', tenantId),
  ].map((shared) => JSON.stringify(shared).slice(0, -1));
  return `{${heads.map((head) => `"${head.replaceAll(/[\\"]/g, '\\$&')}"`).join(',')}}`;
}

function sharedHeaders(topic: TopicDefinition, fact: string, tenantId: string): Record<string, string> {
  const shared: Envelope = {
    id: '',
    source: '/octopus/redemption',
    type: cloudEventType(topic, fact),
    time: '',
    subject: '',
    dataschema: dataSchemaUri(topic, fact),
    tenantId,
    correlationId: '',
  };
  return Object.fromEntries(Object.entries(toHeaders(shared)).filter(([name]) => !perFact.includes(name)));
}
