import {
  cloudEventType,
  deadLetterTopic,
  eventMap,
  serviceNames,
  type EventDefinition,
  type ServiceName,
  type TopicDefinition,
} from '#contracts';
import { deadLetterPayload } from '#platform';
import type { ConsumersInCode } from './consumers-in-code.js';
import { jsonFile, type GeneratedFile } from './generated-file.js';
import { payloadSchema, type JsonSchema } from './json-schemas.js';
import { wireHeaders } from './wire-headers.js';
import { keyFields, wireSample } from './wire-sample.js';

/**
 * docs/asyncapi.json: AsyncAPI 3.0 of all topics. Operations are named `<service>.<send|receive>.<topic>`; planned facts
 * and readers are in it, marked `x-planned`.
 */
export function asyncApi(
  version: string,
  inCode: ConsumersInCode,
  topics: readonly TopicDefinition[] = Object.values(eventMap),
): GeneratedFile {
  return jsonFile('docs/asyncapi.json', {
    asyncapi: '3.0.0',
    info: {
      title: 'Octopus Coupons',
      version,
      description:
        'Facts on Kafka, in the CloudEvents Kafka binding, binary mode: attributes are headers, the value is the JSON payload.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries([...topics.map(channel), ...serviceNames.map(deadLetterChannel)]),
    operations: Object.fromEntries([
      ...topics.flatMap((topic) => operations(topic, inCode)),
      ...serviceNames.map((service) => operation(deadLetterTopic(service), service, 'send', false)),
    ]),
    components: {
      messages: Object.fromEntries([
        ...topics.flatMap((topic) =>
          Object.entries(topic.events).map(([name, event]): [string, object] => [
            messageKey(topic, name),
            message(topic, name, event),
          ]),
        ),
        ['dead-lettered.v1', deadLetterMessage()],
      ]),
      schemas: { CloudEventHeaders: headersSchema() },
    },
  });
}

function channel(topic: TopicDefinition): [string, object] {
  const messages = Object.keys(topic.events).map((name): [string, object] => [
    name,
    { $ref: `#/components/messages/${messageKey(topic, name)}` },
  ]);
  return [
    topic.name,
    {
      address: topic.name,
      description: topic.description,
      messages: Object.fromEntries(messages),
      bindings: kafkaTopic(topic.partitions, topic.compacted),
    },
  ];
}

function deadLetterChannel(service: ServiceName): [string, object] {
  return [
    deadLetterTopic(service),
    {
      address: deadLetterTopic(service),
      description: `Records that ${service} could not handle: the original bytes and headers, and why.`,
      messages: { 'dead-lettered': { $ref: '#/components/messages/dead-lettered.v1' } },
      bindings: kafkaTopic(1, false),
    },
  ];
}

function operations(topic: TopicDefinition, inCode: ConsumersInCode): [string, object][] {
  const writers = topic.producer === 'platform' ? (topic.ingestedBy ?? []) : [topic.producer];
  const isPlanned = Object.values(topic.events).every((event) => event.planned);
  return [
    ...writers.map((service) => operation(topic.name, service, 'send', isPlanned)),
    ...topic.consumers.map((service) =>
      operation(topic.name, service, 'receive', inCode.get(service)?.has(topic.name) !== true),
    ),
  ];
}

function operation(
  topic: string,
  service: ServiceName,
  action: 'send' | 'receive',
  isPlanned: boolean,
): [string, object] {
  return [
    `${service}.${action}.${topic}`,
    {
      action,
      channel: { $ref: `#/channels/${topic}` },
      tags: [{ name: service }],
      ...(isPlanned ? { 'x-planned': true } : {}),
    },
  ];
}

function message(topic: TopicDefinition, name: string, event: EventDefinition): object {
  const sample = wireSample(topic, name);
  const { $schema: _draft, ...payload } = payloadSchema(event.schema, 'draft-07');
  return {
    name: cloudEventType(topic, name),
    title: name,
    summary: event.description,
    contentType: 'application/json',
    headers: { $ref: '#/components/schemas/CloudEventHeaders' },
    payload,
    correlationId: { location: '$message.header#/ce_correlationid' },
    bindings: {
      kafka: {
        key: { type: 'string', description: keyFields(topic, event).join('/') },
        bindingVersion: '0.5.0',
      },
    },
    examples: [{ name: 'sample', headers: sample.headers, payload: sample.value }],
    ...(event.planned ? { 'x-planned': true } : {}),
  };
}

function deadLetterMessage(): object {
  const { $schema: _draft, ...payload } = payloadSchema(deadLetterPayload, 'draft-07');
  return {
    title: 'dead-lettered',
    summary:
      'A record that a service could not handle, as it came, and why. For operators, who can replay it.',
    contentType: 'application/json',
    payload,
  };
}

function headersSchema(): JsonSchema {
  const headers = wireHeaders();
  return {
    type: 'object',
    properties: Object.fromEntries(
      headers.map(({ name, constant, description }) => [
        name,
        constant === undefined ? { type: 'string', description } : { type: 'string', const: constant },
      ]),
    ),
    required: headers.filter(({ name, always }) => always && name !== 'content-type').map(({ name }) => name),
  };
}

function messageKey(topic: TopicDefinition, name: string): string {
  return `${topic.producer}.${name}.v1`;
}

function kafkaTopic(partitions: number, isCompacted: boolean): object {
  return {
    kafka: {
      partitions,
      topicConfiguration: { 'cleanup.policy': [isCompacted ? 'compact' : 'delete'] },
      bindingVersion: '0.5.0',
    },
  };
}
