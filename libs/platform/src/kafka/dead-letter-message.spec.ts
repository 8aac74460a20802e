import { describe, expect, it } from '@jest/globals';
import { deadLetterPayload, deadLetterRow } from './dead-letter-message.js';
import type { Rejection } from './event-pipeline.js';
import type { ReceivedRecord } from './record.js';

const record: ReceivedRecord = {
  topic: 'platform.user.v1',
  partition: 2,
  offset: '41',
  key: Buffer.from([0xff]),
  value: Buffer.from([0xfe, 0x00]),
  headers: [['ce_id', Buffer.from([0xfd])]],
};
const rejection: Rejection = { kind: 'rejected', reason: 'bad_json', error: 'no JSON' };
const origin = { service: 'catalog' as const, now: new Date('2026-11-22T10:00:00Z') };
const deadLetterId = '01980a5e-7c00-7000-8000-0000000000aa';

describe('deadLetterRow', () => {
  it('carries the bytes as they came and why they lie here', () => {
    const row = deadLetterRow(deadLetterId, record, rejection, origin);
    expect(row).toMatchObject({ topic: 'catalog.dead-letter.v1', key: 'platform.user.v1/2', tenantId: null });
    expect(row.headers).toMatchObject({
      ce_type: 'octopus.catalog.dead-letter.v1',
      ce_time: '2026-11-22T10:00:00.000Z',
    });
    expect(row.headers).not.toHaveProperty('ce_tenantid');
    const payload = deadLetterPayload.parse(row.payload);
    expect(Buffer.from(payload.value ?? '', 'base64')).toEqual(record.value);
    expect(Buffer.from(payload.key ?? '', 'base64')).toEqual(record.key);
    expect(payload.headers.map((pair) => pair.map((text) => Buffer.from(text, 'base64')))).toEqual([
      [Buffer.from('ce_id'), Buffer.from([0xfd])],
    ]);
    expect(payload).toMatchObject({
      reason: 'bad_json',
      error: 'no JSON',
      offset: '41',
      valueOmitted: false,
    });
  });

  const payloadOf = (other: Partial<ReceivedRecord>, why = rejection) =>
    deadLetterPayload.parse(deadLetterRow(deadLetterId, { ...record, ...other }, why, origin).payload);

  it('holds no NUL and no half surrogate pair, wherever the record brought them', () => {
    const envelope = {
      id: deadLetterId,
      source: '/x',
      type: 'octopus.platform.user-changed.v1',
      time: '2026-11-22T10:00:00Z',
      subject: 'x',
      dataschema: 'x',
      tenantId: deadLetterId,
      correlationId: 'a\0b',
    };
    const error = `\0${'x'.repeat(3_998)}\u{1F600}`;
    const row = deadLetterRow(deadLetterId, record, { ...rejection, error, envelope }, origin);
    expect(row.headers['ce_correlationid']).toBe('a\uFFFDb');
    expect(deadLetterPayload.parse(row.payload).error).toBe(`\uFFFD${'x'.repeat(3_998)}\uFFFD`);
  });

  it('fits into a message, whatever the record is made of, and says what it leaves out', () => {
    const big = Buffer.alloc(400_001, 'k');
    const many = Array.from({ length: 20_000 }, (_, index): [string, Buffer] => [
      `h${index}`,
      Buffer.from('v'),
    ]);
    const records: Partial<ReceivedRecord>[] = [
      { key: big },
      { headers: [['h', big]] },
      { headers: many },
      { headers: many.slice(0, 15_000) },
      { key: big.subarray(0, 200_000), value: big.subarray(0, 200_000) },
      { key: big.subarray(0, 300_000), headers: [['h', big.subarray(0, 300_000)]], value: big },
    ];
    const payloads = records.map((other) => payloadOf(other));
    expect(
      payloads.map((payload) => [payload.keyOmitted, payload.headersOmitted, payload.valueOmitted]),
    ).toEqual([
      [true, false, false],
      [false, true, false],
      [false, true, false],
      [false, false, false],
      [false, false, true],
      [false, true, true],
    ]);
    expect(payloads[0]).toMatchObject({ key: null, value: record.value?.toString('base64') });
    expect(payloads[1]).toMatchObject({ headers: [] });
    // Spaced as jsonb prints it.
    const printed = payloads.map(
      (payload) => JSON.stringify(payload, null, 1).replaceAll(/\n */g, ' ').length,
    );
    expect(Math.max(...printed)).toBeLessThan(800_000);
  });

  it('tells a missing value from one too large for a message', () => {
    const of = (value: Buffer | null) =>
      deadLetterPayload.parse(deadLetterRow(deadLetterId, { ...record, value }, rejection, origin).payload);
    expect(of(null)).toMatchObject({ value: null, valueOmitted: false });
    expect(of(Buffer.alloc(399_000))).toMatchObject({ valueOmitted: false });
    expect(of(Buffer.alloc(400_001))).toMatchObject({ value: null, valueOmitted: true });
  });
});
