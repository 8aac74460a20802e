import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fromHeaders } from './envelope.js';
import { eventMap } from './event-map.js';
import { cloudEventType, dataSchemaUri, type TopicDefinition } from './topic.js';

const folder = join(import.meta.dirname, '../recorded/v1');
const files = globSync('*/*/*.json', { cwd: folder }).sort();
const topics: TopicDefinition[] = Object.values(eventMap);

interface Recording {
  key: string;
  headers: Record<string, string>;
  value: unknown;
}

function read(file: string): Recording {
  return JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recording;
}

function definitionOf(file: string) {
  const [topicName = '', name = ''] = file.split('/');
  const topic = topics.find((candidate) => candidate.name === topicName);
  return { topic, name, event: topic?.events[name] };
}

describe('Recordings of v1: what was once written to Kafka stays readable for ever', () => {
  it.each(files)('%s is read by the schema of today', (file) => {
    const { topic, name, event } = definitionOf(file);
    if (topic === undefined || event === undefined)
      throw new Error(`no event in the contracts for ${file}: an event is never removed from a topic`);
    const recording = read(file);
    expect(event.schema.safeParse(recording.value)).toMatchObject({ success: true });
    expect(fromHeaders(recording.headers)).toMatchObject({
      type: cloudEventType(topic, name),
      dataschema: dataSchemaUri(topic, name),
    });
  });

  it('exist for every event, as it is sampled now', () => {
    const missing = topics.flatMap((topic) =>
      Object.entries(topic.events)
        .filter(
          ([name, event]) =>
            !files
              .filter((file) => file.startsWith(`${topic.name}/${name}/`))
              .some((file) => JSON.stringify(read(file).value) === JSON.stringify(event.sample)),
        )
        .map(([name]) => `${topic.name} ${name}: run \`npm run generate\` and commit the new recording`),
    );
    expect(missing).toEqual([]);
  });

  it('are neither changed, nor removed, nor left out of the checksum list', () => {
    const listed = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trimEnd().split('\n');
    const actual = files.map((file) => {
      const digest = createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex');
      return `${digest}  ${file}`;
    });
    expect(actual).toEqual(listed);
  });
});
