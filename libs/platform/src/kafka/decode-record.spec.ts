import { describe, expect, it } from '@jest/globals';
import { eventMap, type TopicDefinition, type TopicName } from '#contracts';
import { outboxRow } from '../outbox/new-event.js';
import { type Decoded, decodeRecord } from './decode-record.js';
import type { ReceivedRecord } from './record.js';

const tenantId = '01980a5e-7c00-7000-8000-000000000001';
const allFacts = Object.values(eventMap).flatMap((topic: TopicDefinition) =>
  Object.entries(topic.events).map(([name, { sample }]) => ({ topic: topic.name, name, data: sample })),
);

/** What the outbox would put on the topic. */
function sent(topic: string, name: string, data: unknown): ReceivedRecord {
  const event = { topic, name, data, tenantId, key: 'k', subject: 'user/1', time: '2026-11-22T10:00:00Z' };
  const row = outboxRow(event as never, { service: 'targeting' });
  return {
    topic,
    partition: 0,
    offset: '7',
    key: Buffer.from('k'),
    value: Buffer.from(JSON.stringify(row.payload)),
    headers: Object.entries(row.headers).map(([header, value]) => [header, Buffer.from(value)] as const),
  };
}

const good = (): ReceivedRecord =>
  sent('platform.user.v1', 'user-changed', eventMap['platform.user.v1'].events['user-changed'].sample);
const withHeader = (name: string, value: string | Buffer | undefined): ReceivedRecord => {
  const others = good().headers.filter(([header]) => header !== name);
  return { ...good(), headers: value === undefined ? others : [...others, [name, Buffer.from(value)]] };
};
const reasonOf = (decoded: Decoded): string => (decoded.kind === 'malformed' ? decoded.reason : decoded.kind);

describe('decodeRecord', () => {
  it.each(allFacts)('reads what the outbox wrote: $topic $name', ({ topic, name, data }) => {
    const decoded = decodeRecord(sent(topic, name, data));
    expect(decoded).toMatchObject({
      kind: 'event',
      event: { topic: topic as TopicName, name, envelope: { tenantId } },
    });
  });

  it('skips a tombstone, whatever its headers', () => {
    expect(decodeRecord({ ...good(), value: null })).toEqual({ kind: 'tombstone' });
    expect(decodeRecord({ ...good(), value: null, headers: [] })).toEqual({ kind: 'tombstone' });
  });

  it('tells a type that a newer producer may have from one that is none', () => {
    const newer = 'octopus.platform.user-sang.v1';
    expect(decodeRecord(withHeader('ce_type', newer))).toMatchObject({
      kind: 'unknown-type',
      envelope: { type: newer },
    });
    expect(decodeRecord(withHeader('ce_type', 'octopus.platform.user-changed.v2')).kind).toBe('unknown-type');
    expect(reasonOf(decodeRecord(withHeader('ce_type', 'user changed')))).toBe('bad_headers');
  });

  it.each([
    'ce_id',
    'ce_type',
    'ce_source',
    'ce_time',
    'ce_subject',
    'ce_dataschema',
    'ce_tenantid',
    'ce_correlationid',
    'ce_specversion',
  ])('names the header that is missing: %s', (header) => {
    const decoded = decodeRecord(withHeader(header, undefined));
    expect(decoded).toMatchObject({
      kind: 'malformed',
      reason: 'bad_headers',
      problem: expect.stringContaining(header),
    });
  });

  it('takes bytes that are no text only in headers that are not ours', () => {
    const bytes = Buffer.from([0xc3, 0x28]);
    expect(reasonOf(decodeRecord(withHeader('ce_subject', bytes)))).toBe('bad_headers');
    expect(decodeRecord(withHeader('x-other', bytes)).kind).toBe('event');
  });

  it.each([
    ['bytes that are no text', Buffer.from([0xff, 0xfe]), 'bad_json'],
    ['nothing', Buffer.alloc(0), 'bad_json'],
    ['half a JSON', Buffer.from('{"userId":'), 'bad_json'],
    ['null', Buffer.from('null'), 'bad_schema'],
    ['an array', Buffer.from('[]'), 'bad_schema'],
    ['a field missing', Buffer.from('{"userId":"01980a5e-7c00-7000-8000-000000000005"}'), 'bad_schema'],
  ])('says what is wrong with a value: %s', (_, value, reason) => {
    const decoded = decodeRecord({ ...good(), value });
    expect(decoded).toMatchObject({ kind: 'malformed', reason, envelope: { tenantId } });
  });

  it('does not know a topic that is not in the contracts', () => {
    expect(reasonOf(decodeRecord({ ...good(), topic: 'other.v1' }))).toBe('unknown_topic');
    expect(reasonOf(decodeRecord({ ...good(), topic: 'toString' }))).toBe('unknown_topic');
  });
});
