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
 * JSON without blanks: the Kafka headers that all facts of a kind and tenant share; `redeem_batch` adds what differs,
 * under the names given here. Made once per tenant: every batch sends them.
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
  return JSON.stringify({
    redeemed: sharedHeaders(redemptionRedemption, 'redeemed', tenantId),
    exhausted: sharedHeaders(redemptionCouponExhausted, 'coupon-exhausted', tenantId),
    debited: sharedHeaders(redemptionPoints, 'points-debited', tenantId),
    credited: sharedHeaders(redemptionPoints, 'points-credited', tenantId),
    pending: sharedHeaders(redemptionFulfilment, 'fulfilment-pending', tenantId),
    used_up: sharedHeaders(redemptionAddon, 'addon-used-up', tenantId),
  });
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
