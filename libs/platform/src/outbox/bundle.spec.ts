import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bundleOf, messagesOf } from './bundle.js';

const topic = 'platform.user.v1';
const headersOf = (message: ReturnType<typeof messagesOf>[number]) => ({
  ...message.record.shared.headers,
  ...message.record.headers,
});

describe('a bundle', () => {
  it('gives its facts in order, each with the shared headers and its own', () => {
    const facts = [
      '["k1",{"ce_id":"1"}]\n{"n":1}',
      '["k2",{"ce_id":"2","ce_subject":"s"}]\n{"text":"line\\nbreak"}',
      '["k1",{}]\nnull',
    ].join('\n');
    const messages = messagesOf({ topic, head: '{"ce_type":"t"}', facts });
    expect(messages.map((message) => [message.topic, message.record.key, message.record.value])).toEqual([
      [topic, 'k1', '{"n":1}'],
      [topic, 'k2', '{"text":"line\\nbreak"}'],
      [topic, 'k1', 'null'],
    ]);
    expect(messages.map(headersOf)).toEqual([
      { ce_type: 't', ce_id: '1' },
      { ce_type: 't', ce_id: '2', ce_subject: 's' },
      { ce_type: 't' },
    ]);
    expect(new Set(messages.map(({ record }) => record.shared)).size).toBe(1);
  });

  it('of one brings back any key, headers and payload', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(text, fc.dictionary(text, text), fc.jsonValue(), (key, headers, payload) => {
        const [message, ...more] = messagesOf(bundleOf({ topic, key, headers, payload }));
        expect(more).toEqual([]);
        expect(message?.record.key).toBe(key);
        expect(JSON.stringify(message && headersOf(message))).toBe(JSON.stringify({ ...headers }));
        expect(message?.record.value).toBe(JSON.stringify(payload));
      }),
    );
  });
});
