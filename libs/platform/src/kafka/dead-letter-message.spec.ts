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

  it('tells a missing value from one too large for a message', () => {
    const of = (value: Buffer | null) =>
      deadLetterPayload.parse(deadLetterRow(deadLetterId, { ...record, value }, rejection, origin).payload);
    expect(of(null)).toMatchObject({ value: null, valueOmitted: false });
    expect(of(Buffer.alloc(400_001))).toMatchObject({ value: null, valueOmitted: true });
  });
});
