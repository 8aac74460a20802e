import { describe, expect, it } from '@jest/globals';
import { eventMap } from '#contracts';
import { endChunk, heartbeatChunk, messageChunk, openingChunk } from './event-stream.js';

const message = eventMap['notification.message.v1'].events['message-created'].sample;

describe('chunks of a live stream', () => {
  it('open with a position to resume from, without an event', () => {
    expect(openingChunk(41)).toBe('retry: 2000\nid: 41\n\n');
  });

  it('carry a message on one line, whatever line breaks its text holds', () => {
    const chunk = messageChunk(42, { ...message, text: 'a\nb\r\nc\rd\u2028e\n\nid: 7\n' });
    const lines = chunk.split('\n');
    expect(lines).toHaveLength(5);
    expect(lines.slice(0, 2)).toEqual(['id: 42', 'event: message']);
    expect(chunk).not.toContain('\r');
    expect(JSON.parse(lines[2]!.replace('data: ', ''))).toMatchObject({
      text: 'a\nb\r\nc\rd\u2028e\n\nid: 7\n',
    });
    expect(lines.slice(3)).toEqual(['', '']);
  });

  it('beat as a comment', () => expect(heartbeatChunk).toMatch(/^:.*\n\n$/));

  it('say why they end', () => {
    expect(endChunk('token_expired')).toBe('event: end\ndata: {"reason":"token_expired"}\n\n');
  });

  it('keep a stream that was pushed out from pushing back at once', () => {
    expect(endChunk('replaced')).toMatch(/^retry: 60000\n/);
  });
});
