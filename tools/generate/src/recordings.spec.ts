import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineEvent, defineTopic, fromHeaders, type TopicDefinition } from '#contracts';
import { recordings } from './recordings.js';
import { writeChanged } from './write-changed.js';
import { wireSample } from './wire-sample.js';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'octopus-generate-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function topic(sample: { id: string; user: string; added?: number }): TopicDefinition {
  return defineTopic({
    name: 'catalog.thing.v1',
    producer: 'catalog',
    consumers: [],
    description: 'Things.',
    key: 'id',
    compacted: true,
    partitions: 1,
    events: {
      'thing-made': defineEvent({
        description: 'A thing was made.',
        key: 'id/user',
        schema: z.object({ id: z.string(), user: z.string(), added: z.number().optional() }),
        sample,
      }),
    },
  });
}

function record(sample: { id: string; user: string; added?: number }): string[] {
  return writeChanged(root, { files: recordings(root, [topic(sample)]), folders: [] }, { dryRun: false });
}

describe('Recordings', () => {
  it('are made once', () => {
    expect(record({ id: 'a', user: 'u' })).toEqual([
      expect.stringMatching(
        /^libs\/contracts\/recorded\/v1\/catalog\.thing\.v1\/thing-made\/[0-9a-f]{12}\.json$/,
      ),
      'libs/contracts/recorded/v1/SHA256SUMS',
    ]);
    expect(record({ id: 'a', user: 'u' })).toEqual([]);
  });

  it('keep the old one beside the new one when a sample grows', () => {
    const [first = ''] = record({ id: 'a', user: 'u' });
    const [second = ''] = record({ id: 'a', user: 'u', added: 1 });
    const sums = recordings(root, [topic({ id: 'b', user: 'u' })]).at(-1)?.content ?? '';
    const listed = sums
      .trimEnd()
      .split('\n')
      .map((line) => line.slice(66));
    expect(listed).toHaveLength(3);
    expect(listed).toEqual([...listed].sort());
    expect(listed).toEqual(
      expect.arrayContaining([first, second].map((path) => path.split('v1/').slice(1).join('v1/'))),
    );
  });
});

describe('wireSample', () => {
  it('is the record as it lies on Kafka, its key made of the named fields', () => {
    const wire = wireSample(topic({ id: 'a', user: 'u' }), 'thing-made');
    expect(wire).toMatchObject({ key: 'a/u', value: { id: 'a', user: 'u' } });
    expect(fromHeaders(wire.headers)).toMatchObject({
      type: 'octopus.catalog.thing-made.v1',
      source: '/octopus/catalog',
      subject: 'thing/a/u',
      revision: 3,
    });
  });

  it('exists only for events of the topic', () => {
    expect(() => wireSample(topic({ id: 'a', user: 'u' }), 'misspelt')).toThrow(
      'catalog.thing.v1 has no event misspelt',
    );
  });
});

describe('writeChanged', () => {
  const file = { path: 'docs/schemas/a.json', content: '{}\n' };

  it('only tells what is out of date on a dry run', () => {
    const generated = { files: [file], folders: ['docs/schemas'] };
    expect(writeChanged(root, generated, { dryRun: true })).toEqual(['docs/schemas/a.json']);
    expect(writeChanged(root, generated, { dryRun: false })).toEqual(['docs/schemas/a.json']);
    expect(writeChanged(root, generated, { dryRun: true })).toEqual([]);
  });

  it('removes what nothing makes any more from folders that are all generated', () => {
    writeChanged(root, { files: [file], folders: [] }, { dryRun: false });
    const next = { files: [{ path: 'docs/schemas/b.json', content: '{}\n' }], folders: ['docs/schemas'] };
    expect(writeChanged(root, next, { dryRun: false })).toEqual([
      'docs/schemas/a.json',
      'docs/schemas/b.json',
    ]);
    expect(writeChanged(root, next, { dryRun: true })).toEqual([]);
  });
});
