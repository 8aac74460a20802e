import {
  cloudEventType,
  dataSchemaUri,
  isRevised,
  sampleIds,
  sampleTimes,
  subjectOf,
  toHeaders,
  type Envelope,
  type EventDefinition,
  type TopicDefinition,
} from '#contracts';

/** A record as it lies on Kafka. */
export interface WireSample {
  key: string;
  headers: Record<string, string>;
  value: unknown;
}

/** Fields of the payload that the record key of a fact is made of, in order. */
export function keyFields(topic: TopicDefinition, event: EventDefinition): string[] {
  return (event.key ?? topic.key).split('/');
}

/** The sample of a fact with the envelope and the key that it would have. */
export function wireSample(topic: TopicDefinition, name: string): WireSample {
  const event = topic.events[name];
  if (event === undefined) throw new RangeError(`${topic.name} has no event ${name}`);
  const payload = event.sample as Record<string, unknown>;
  const key = keyFields(topic, event)
    .map((field) => String(payload[field]))
    .join('/');
  return { key, headers: toHeaders(sampleEnvelope(topic, name)), value: event.sample };
}

function sampleEnvelope(topic: TopicDefinition, name: string): Envelope {
  const source = topic.producer === 'platform' ? (topic.ingestedBy?.[0] ?? 'platform') : topic.producer;
  return {
    id: sampleIds.event,
    source: `/octopus/${source}`,
    type: cloudEventType(topic, name),
    time: sampleTimes.moment,
    subject: subjectOf(topic, name, topic.events[name]?.sample),
    dataschema: dataSchemaUri(topic, name),
    tenantId: sampleIds.tenant,
    ...(isRevised(topic) ? { revision: 3 } : {}),
    correlationId: sampleIds.request,
  };
}
