import type { OutgoingMessage } from '../kafka/event-producer.js';
import { messagesOf } from './bundle.js';
import type { PendingBundle } from './pending-bundles.js';

/** A bundle with what the broker gets of it. */
export interface Leaving extends Pick<PendingBundle, 'shard' | 'seq' | 'topic' | 'age'> {
  readonly messages: readonly OutgoingMessage[];
}

/** Where a shard stands still, and why. */
export interface Standstill extends Pick<PendingBundle, 'shard' | 'seq' | 'topic'> {
  readonly err: unknown;
}

/**
 * What may leave of these bundles. One that cannot be read holds up what comes after it in its own shard, where a newer
 * fact of one of its keys may lie, and nothing else.
 */
export function sortOut(bundles: readonly PendingBundle[]): {
  leaving: Leaving[];
  standstills: Standstill[];
} {
  const leaving: Leaving[] = [];
  const standstills = new Map<number, Standstill>();
  for (const bundle of bundles) {
    const { shard, seq, topic, age } = bundle;
    if (standstills.has(shard)) continue;
    try {
      leaving.push({ shard, seq, topic, age, messages: messagesOf(bundle) });
    } catch (err) {
      standstills.set(shard, { shard, seq, topic, err });
    }
  }
  return { leaving, standstills: [...standstills.values()] };
}
