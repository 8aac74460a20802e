import { describe, expect, it } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { untilLed } from './kafka-topics.js';

type Metadata = Awaited<ReturnType<Admin['fetchTopicMetadata']>>;

/** An admin whose answers come one after the other, the last one for ever. */
function adminAnswering(...leaders: (number | Error)[]): {
  admin: Pick<Admin, 'fetchTopicMetadata'>;
  asked: () => number;
} {
  let asked = 0;
  const fetchTopicMetadata = async (): Promise<Metadata> => {
    const leader = leaders[Math.min(asked, leaders.length - 1)] ?? -1;
    asked += 1;
    if (leader instanceof Error) throw leader;
    const partition = { partitionErrorCode: 0, partitionId: 0, leader, replicas: [], isr: [] };
    return { topics: [{ name: 'a', partitions: [partition] }] };
  };
  return { admin: { fetchTopicMetadata }, asked: () => asked };
}

describe('waiting for the leaders of new topics', () => {
  it('goes on over errors and partitions without a leader until there is one', async () => {
    const { admin, asked } = adminAnswering(new Error('does not host'), -1, 1);
    await untilLed(admin, ['a']);
    expect(asked()).toBe(3);
  });

  it('ends when no leader comes', async () => {
    await expect(untilLed(adminAnswering(-1).admin, ['a'], 250)).rejects.toThrow('have no leader');
  });

  it('ends when nothing but errors come, with the last of them', async () => {
    const { admin } = adminAnswering(new Error('first'), new Error('does not host'));
    await expect(untilLed(admin, ['a'], 250)).rejects.toThrow('does not host');
  });
});
