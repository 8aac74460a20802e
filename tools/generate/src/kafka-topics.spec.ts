import { describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { topics } from '#contracts';
import { kafkaTopics } from './kafka-topics.js';

interface TopicResource {
  metadata: { name: string };
  spec: { partitions: number; config: Record<string, unknown> };
}

const resources = parseAllDocuments(kafkaTopics().content).map(
  (document) => document.toJS() as TopicResource,
);

describe("The topics as resources of Kafka's operator", () => {
  it('are all topics of the contracts, in their order', () => {
    expect(resources.map(({ metadata }) => metadata.name)).toEqual(topics.map(({ name }) => name));
    expect(resources.map(({ spec }) => spec.partitions)).toEqual(topics.map(({ partitions }) => partitions));
  });

  it('are compacted where the contract says so, else kept for a week', () => {
    const config = (name: string): unknown =>
      resources.find(({ metadata }) => metadata.name === name)?.spec.config;
    expect(config('catalog.coupon.v1')).toEqual({ 'min.insync.replicas': 2, 'cleanup.policy': 'compact' });
    expect(config('scheduler.due.v1')).toEqual({ 'min.insync.replicas': 2, 'retention.ms': 604_800_000 });
  });
});
