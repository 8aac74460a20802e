import {
  cloudEventType,
  eventMap,
  isRevised,
  subjectPattern,
  type EventDefinition,
  type ServiceName,
  type TopicDefinition,
} from '#contracts';
import type { ConsumersInCode } from './consumers-in-code.js';
import { fieldsOf } from './field-table.js';
import type { GeneratedFile } from './generated-file.js';
import { payloadSchema } from './json-schemas.js';
import { wireHeaders } from './wire-headers.js';
import { type WireSample, wireSample } from './wire-sample.js';

const intro = `<!-- Made by \`npm run generate\` from libs/contracts. Change the contracts, not this page. -->

# Events

Every fact that leaves a service, by topic. Records follow the CloudEvents Kafka binding in binary mode: the attributes
are headers (\`ce_id\`, \`ce_type\`, …), the value is the JSON payload. Read with any CloudEvents SDK.

- **Dedupe** on \`ce_id\`: a fact may come more than once.
- **Order** holds within one record key. \`ce_revision\`, where there is one, counts within \`ce_subject\`: skip what is older
  than what you have. Facts without it are no state: each stands for itself.
- **Absent** fields mean what the tables say: facts written before a field was added lack it.
- **Tolerate** fields and values of enumerations that you do not know. Within v1 both are added, never removed or changed;
  anything else is a new topic.
- **Tenant**: \`ce_tenantid\` is on every fact.
- _Planned_ facts are agreed, but nobody writes them yet. _Planned_ readers do not read the topic yet.

**Where**: at the brokers and under the prefix that the services have as \`KAFKA_BROKERS\` and \`NAMESPACE\`; \`npm start\` prints
both. With \`NAMESPACE=octopus\` the topic \`redemption.redemption.v1\` is \`octopus.redemption.redemption.v1\`. All that happens, as it
happens (\`kafkajs\` is in this project's \`node_modules\`):

\`\`\`js
import { Kafka } from 'kafkajs';

const consumer = new Kafka({ brokers: [process.env.BROKER] }).consumer({ groupId: 'me' });
await consumer.connect();
await consumer.subscribe({ topics: [/redemption\\.redemption\\.v1$/], fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) =>
    console.log(String(message.headers.ce_type), JSON.parse(message.value)),
});
\`\`\`

Machine-readable: [asyncapi.json](asyncapi.json), one JSON Schema per fact under [schemas/](schemas/).
`;

/** docs/events.md: for people who want to read our topics. */
export function eventsPage(
  inCode: ConsumersInCode,
  topics: readonly TopicDefinition[] = Object.values(eventMap),
): GeneratedFile {
  const sections = topics.map((topic) => topicSection(topic, inCode));
  return {
    path: 'docs/events.md',
    content: [intro, overview(topics, inCode), headersTable(), ...sections].join('\n'),
  };
}

function overview(topics: readonly TopicDefinition[], inCode: ConsumersInCode): string {
  const rows = topics.map(
    (topic) =>
      `| [${topic.name}](#${topic.name.replaceAll('.', '')}) | ${writers(topic)} | ${readers(topic, inCode)} | ${Object.keys(topic.events).join(', ')} |`,
  );
  return `| topic | written by | read by | facts |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`;
}

function topicSection(topic: TopicDefinition, inCode: ConsumersInCode): string {
  const events = Object.entries(topic.events).map(([name, event]) => eventSection(topic, name, event));
  return `## ${topic.name}

${topic.description}

- Written by: ${writers(topic)}
- Read by: ${readers(topic, inCode)}
- Key: \`${topic.key}\`
- Kept: ${topic.compacted ? 'compacted, the newest fact per key for ever' : 'for a time'}
- Partitions: ${topic.partitions}

${events.join('\n')}`;
}

function eventSection(topic: TopicDefinition, name: string, event: EventDefinition): string {
  const rows = fieldsOf(payloadSchema(event.schema, 'draft-2020-12')).map(
    ({ path, type, required, absent, description }) =>
      `| \`${path}\` | ${type} | ${needOf(required, absent)} | ${inCell(description)} |`,
  );
  const key = event.key === undefined ? '' : ` Key: \`${event.key}\`.`;
  const sample = wireSample(topic, name);
  return `### ${name}${event.planned ? ' (planned)' : ''}

${event.description}${key}
Type \`${cloudEventType(topic, name)}\`, [schema](schemas/${topic.producer}.${name}.v1.json). Subject
\`${subjectPattern(topic, name)}\`, ${isRevised(topic) ? 'with' : 'without'} \`ce_revision\`.

| field | type | required | meaning |
| --- | --- | --- | --- |
${rows.join('\n')}

\`\`\`text
${headerLines(sample)}
\`\`\`

\`\`\`json
${JSON.stringify(sample.value, undefined, 2)}
\`\`\`
`;
}

/** The key and those headers that tell one fact from another. */
function headerLines({ key, headers }: WireSample): string {
  const telling = ['ce_type', 'ce_source', 'ce_subject', 'ce_revision'].flatMap((name) =>
    headers[name] === undefined ? [] : [`${name}: ${headers[name]}`],
  );
  return [`key: ${key}`, ...telling].join('\n');
}

function headersTable(): string {
  const rows = wireHeaders().map(
    ({ name, always, description }) => `| \`${name}\` | ${always ? 'yes' : 'no'} | ${inCell(description)} |`,
  );
  return `## Headers\n\n| header | always | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`;
}

function needOf(required: boolean, absent: string | undefined): string {
  if (required) return 'yes';
  return absent === undefined ? 'no' : `no; absent = \`${absent}\``;
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function writers(topic: TopicDefinition): string {
  const edges = (topic.ingestedBy ?? []).join(', ');
  const written = Object.values(topic.events).every((event) => event.planned) ? ' (planned)' : '';
  return edges === ''
    ? `${topic.producer}${written}`
    : `${topic.producer}, or over HTTP through ${edges}${written}`;
}

function readers(topic: TopicDefinition, inCode: ConsumersInCode): string {
  const names = topic.consumers.map((service: ServiceName) =>
    inCode.get(service)?.has(topic.name) ? service : `_${service} (planned)_`,
  );
  return names.length === 0 ? 'other teams' : names.join(', ');
}
