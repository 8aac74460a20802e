import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { envelope, fromHeaders, toHeaders, type Envelope } from './envelope.js';
import { sampleIds, sampleTimes } from './samples.js';

const sample: Envelope = {
  id: sampleIds.event,
  source: '/octopus/redemption',
  type: 'octopus.redemption.redeemed.v1',
  time: sampleTimes.moment,
  subject: `redemption/${sampleIds.redemption}`,
  dataschema: 'urn:octopus-coupons:schema:redemption.redeemed.v1',
  tenantId: sampleIds.tenant,
  correlationId: 'req-1',
};

const uuidV7 = fc.uuid({ version: 7 });
const word = fc.stringMatching(/^[a-z]([a-z-]{0,20}[a-z])?$/);
const line = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 });
const anInstant = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

const anEnvelope: fc.Arbitrary<Envelope> = fc.record(
  {
    id: uuidV7,
    source: word.map((service) => `/octopus/${service}`),
    type: fc.tuple(word, word).map(([producer, event]) => `octopus.${producer}.${event}.v1`),
    time: anInstant,
    subject: line,
    dataschema: line,
    tenantId: uuidV7,
    revision: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    correlationId: line,
    causationId: line,
    traceparent: line,
  },
  {
    requiredKeys: ['id', 'source', 'type', 'time', 'subject', 'dataschema', 'tenantId', 'correlationId'],
  },
);

/** As the broker keeps them: bytes. */
function throughBytes(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Buffer.from(value, 'utf8').toString('utf8')]),
  );
}

describe('Envelope headers', () => {
  it('bring every envelope back as it was', () => {
    fc.assert(
      fc.property(anEnvelope, (value) => {
        expect(fromHeaders(throughBytes(toHeaders(value)))).toEqual(value);
      }),
    );
  });

  it.each(['source', 'subject', 'dataschema', 'correlationId', 'causationId', 'traceparent'] as const)(
    'hold no text in %s that a database would refuse',
    (attribute) => {
      for (const wrong of ['/a\0b', '/\uD800']) {
        const headers = toHeaders({ ...sample, [attribute]: wrong });
        expect(fromHeaders(headers)).toEqual({
          problem: expect.stringMatching(`^header ce_${attribute.toLowerCase()}: must not hold U\\+0000`),
        });
      }
    },
  );

  it("follow the CloudEvents Kafka binding's binary mode", () => {
    expect(toHeaders({ ...sample, revision: 7 })).toEqual({
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: sample.id,
      ce_source: '/octopus/redemption',
      ce_type: 'octopus.redemption.redeemed.v1',
      ce_time: sample.time,
      ce_subject: sample.subject,
      ce_dataschema: sample.dataschema,
      ce_tenantid: sample.tenantId,
      ce_revision: '7',
      ce_correlationid: 'req-1',
    });
  });

  it('leave out what is absent', () => {
    expect(Object.keys(toHeaders(sample)).filter((name) => /causation|revision|trace/.test(name))).toEqual(
      [],
    );
  });

  it.each(['id', 'source', 'type', 'time', 'subject', 'dataschema', 'tenantId', 'correlationId'] as const)(
    'without %s say which header is missing',
    (attribute) => {
      const headers = toHeaders({ ...sample, [attribute]: undefined });
      expect(fromHeaders(headers)).toEqual({
        problem: expect.stringContaining(`header ce_${attribute.toLowerCase()}:`),
      });
    },
  );

  it.each(['', ' 1', '0x10', '1e3', '1.5', '-1', '0', '99999999999999999999'])(
    'with the revision %p are refused',
    (ce_revision) => {
      expect(fromHeaders({ ...toHeaders(sample), ce_revision })).toEqual({
        problem: expect.stringContaining('header ce_revision:'),
      });
    },
  );

  it('that are not a CloudEvent of version 1.0 are refused', () => {
    expect(fromHeaders({})).toEqual({ problem: expect.stringContaining('ce_specversion') });
    expect(fromHeaders({ ...toHeaders(sample), ce_specversion: '2.0' })).toEqual({
      problem: expect.stringContaining('ce_specversion'),
    });
  });

  it('of another extension are ignored', () => {
    expect(fromHeaders({ ...toHeaders(sample), ce_partitionkey: 'x', other: 'y' })).toEqual(sample);
  });

  it('accept a well-formed type that nobody here knows, for the consumer to keep', () => {
    expect(envelope.safeParse({ ...sample, type: 'octopus.catalog.not-yet-known.v2' }).success).toBe(true);
    expect(envelope.safeParse({ ...sample, type: 'com.example.thing' }).success).toBe(false);
  });
});
