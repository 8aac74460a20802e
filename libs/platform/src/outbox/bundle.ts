import type { OutgoingMessage } from '../kafka/event-producer.js';
import { OutgoingRecord, SharedHeaders } from '../kafka/outgoing-record.js';
import type { HeaderTexts } from '../kafka/record-writer.js';
import type { OutboxRow } from './new-event.js';

/** Facts of one topic that were written together, as the outbox keeps them (docs/adr/0012). */
export interface Bundle {
  readonly topic: string;
  /** Headers that all its facts share: a JSON object. */
  readonly head: string;
  /** Two lines per fact: `[key, {headers of its own}]`, and the payload. No name is in the head and in a fact too. */
  readonly facts: string;
}

/** A bundle of one. */
export function bundleOf({
  topic,
  key,
  headers,
  payload,
}: Pick<OutboxRow, 'topic' | 'key' | 'headers' | 'payload'>): Bundle {
  return { topic, head: '{}', facts: `${JSON.stringify([key, headers])}\n${JSON.stringify(payload)}` };
}

/**
 * What leaves for it, in order. The payloads are not looked into.
 * @throws Error when it is not as `outbox_add` and `bundleOf` write bundles
 */
export function messagesOf({ topic, head, facts }: Bundle): OutgoingMessage[] {
  const shared = head === '{}' ? SharedHeaders.none : new SharedHeaders(JSON.parse(head) as HeaderTexts);
  const lines = facts.split('\n');
  if (lines.length % 2 !== 0) throw new Error('a fact has two lines');
  const messages: OutgoingMessage[] = [];
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const [key, headers] = JSON.parse(lines[at] ?? '') as [string, HeaderTexts | null | undefined];
    if (typeof key !== 'string' || typeof headers !== 'object' || headers === null)
      throw new Error('a fact begins with its key and its headers');
    messages.push({ topic, record: new OutgoingRecord(key, lines[at + 1] ?? '', headers, shared) });
  }
  return messages;
}
