import { describe, expect, it } from '@jest/globals';
import { eventMap, fromHeaders } from '#contracts';
import { type NewEvent, outboxRow, refuseTooLarge } from './new-event.js';

const tenantId = '01980a5e-7c00-7000-8000-000000000001';
const sample = eventMap['platform.user.v1'].events['user-changed'].sample;
const event: NewEvent<'platform.user.v1'> = {
  topic: 'platform.user.v1',
  name: 'user-changed',
  tenantId,
  key: sample.userId,
  subject: `user/${sample.userId}`,
  revision: 3,
  time: '2026-11-22T10:00:00.000Z',
  data: sample,
};

describe('outboxRow', () => {
  it('fills the envelope', () => {
    const row = outboxRow(event, {
      service: 'targeting',
      correlationId: 'request-1',
      causationId: 'command-1',
      traceparent: '00-11-22-01',
    });
    expect(row).toMatchObject({ topic: event.topic, key: event.key, tenantId, payload: sample });
    expect(fromHeaders(row.headers)).toEqual({
      id: row.id,
      source: '/octopus/targeting',
      type: 'octopus.platform.user-changed.v1',
      dataschema: 'urn:octopus-coupons:schema:platform.user-changed.v1',
      time: event.time,
      subject: event.subject,
      tenantId,
      revision: 3,
      correlationId: 'request-1',
      causationId: 'command-1',
      traceparent: '00-11-22-01',
    });
    expect(row.headers).toMatchObject({ 'content-type': 'application/json', ce_specversion: '1.0' });
  });

  it('begins a correlation of its own where there is none, and keeps a given id', () => {
    const id = '01980a5e-7c00-7000-8000-0000000000bb';
    const row = outboxRow({ ...event, id }, { service: 'targeting' });
    expect(row.id).toBe(id);
    expect(row.headers['ce_correlationid']).toBe(id);
    expect(outboxRow(event, { service: 'targeting' }).id).not.toBe(id);
  });

  it('sends what the schema makes of the data: defaults filled in', () => {
    const { removed: _removed, ...without } = sample;
    expect(outboxRow({ ...event, data: without }, { service: 'targeting' }).payload).toEqual({
      ...without,
      removed: false,
    });
  });

  it.each([
    [
      'a field that breaks the contract',
      { data: { ...sample, displayName: '' } },
      /user-changed: data\.displayName/,
    ],
    ['a tenant that is no id', { tenantId: 'me' }, /user-changed\.tenantId/],
    ['a time that is none', { time: 'yesterday' }, /user-changed\.time/],
    ['a fact that the topic does not have', { name: 'user-sang' as never }, /has no fact user-sang/],
  ])('refuses %s, and names it', (_, wrong, message) => {
    expect(() => outboxRow({ ...event, ...wrong }, { service: 'targeting' })).toThrow(message);
  });

  it('refuses what the broker would refuse, counted in bytes', () => {
    expect(() => refuseTooLarge({ text: 'x'.repeat(690_000) }, 'a fact')).not.toThrow();
    expect(() => refuseTooLarge({ text: 'x'.repeat(700_000) }, 'a fact')).toThrow(/a fact: more than 700000/);
    expect(() => refuseTooLarge({ text: 'ž'.repeat(360_000) }, 'a fact')).toThrow(/more than/);
  });
});
