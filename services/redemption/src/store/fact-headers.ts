import {
  cloudEventType,
  dataSchemaUri,
  type Envelope,
  redemptionCouponExhausted,
  redemptionRedemption,
  toHeaders,
  type TopicDefinition,
} from '#contracts';

/** What the function fills in per fact. */
const perFact = ['ce_id', 'ce_time', 'ce_subject', 'ce_correlationid'];

/** JSON: the Kafka headers that all facts of a kind and tenant share; `redeem_batch` adds what differs. */
export function factHeaders(tenantId: string): string {
  return JSON.stringify({
    redeemed: sharedHeaders(redemptionRedemption, 'redeemed', tenantId),
    exhausted: sharedHeaders(redemptionCouponExhausted, 'coupon-exhausted', tenantId),
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
