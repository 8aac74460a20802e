import { describe, expect, it } from '@jest/globals';
import { receivedRecord } from './record.js';

const message = { timestamp: '0', attributes: 0, offset: '3', key: null, value: Buffer.from('v') };

describe('receivedRecord', () => {
  it('keeps the bytes, and every value of a header that repeats', () => {
    const headers = { a: Buffer.from([0xff]), b: ['1', Buffer.from('2')], c: undefined };
    expect(receivedRecord('t', 1, { ...message, headers })).toEqual({
      topic: 't',
      partition: 1,
      offset: '3',
      key: null,
      value: Buffer.from('v'),
      headers: [
        ['a', Buffer.from([0xff])],
        ['b', Buffer.from('1')],
        ['b', Buffer.from('2')],
      ],
    });
  });

  it('takes a record without headers', () => {
    expect(receivedRecord('t', 1, { ...message, headers: {} }).headers).toEqual([]);
  });
});
