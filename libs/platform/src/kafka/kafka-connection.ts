import { Injectable } from '@nestjs/common';
import { Kafka, logLevel } from 'kafkajs';
import { topicName } from '#contracts';
import { PlatformConfig } from '../config/platform-config.js';
import { ServiceIdentity } from '../database/service-identity.js';
import { Log } from '../logging/log.js';
import { kafkajsLogCreator } from './kafkajs-log.js';
import { silenceKafkajsTimerWarning } from './kafkajs-warning.js';
import { logicalTopic } from './topic-name.js';

/** Given in full: kafkajs takes other values of its own where NODE_ENV is `test`. */
export const kafkaRetry = {
  initialRetryTime: 100,
  retries: 4,
  maxRetryTime: 2_000,
  factor: 0.2,
  multiplier: 2,
} as const;

/** The one kafkajs client of the process and the names that things have on its broker. */
@Injectable()
export class KafkaConnection {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly #namespace: string | undefined;

  constructor(config: PlatformConfig, identity: ServiceIdentity, log: Log) {
    silenceKafkajsTimerWarning();
    this.#namespace = config.NAMESPACE;
    this.groupId = topicName(config.NAMESPACE, identity.name);
    this.kafka = new Kafka({
      clientId: `octopus-${identity.name}`,
      brokers: config.KAFKA_BROKERS,
      connectionTimeout: 3_000,
      requestTimeout: 15_000,
      enforceRequestTimeout: true,
      retry: kafkaRetry,
      logLevel: logLevel.INFO,
      logCreator: kafkajsLogCreator(log),
    });
  }

  topicName(topic: string): string {
    return topicName(this.#namespace, topic);
  }

  logicalTopic(name: string): string {
    return logicalTopic(this.#namespace, name);
  }
}
