import { Injectable } from '@nestjs/common';
import { Kafka, type KafkaConfig, logLevel } from 'kafkajs';
import { topicName } from '#contracts';
import { PlatformConfig } from '../config/platform-config.js';
import { ServiceIdentity } from '../database/service-identity.js';
import { Log } from '../logging/log.js';
import { kafkajsLogCreator } from './kafkajs-log.js';
import { encodeRecordsFast } from './kafkajs-records.js';
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

/** The kafkajs client of the process and the names that things have on its broker. */
@Injectable()
export class KafkaConnection {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly #namespace: string | undefined;
  readonly #settings: KafkaConfig;

  constructor(config: PlatformConfig, identity: ServiceIdentity, log: Log) {
    silenceKafkajsTimerWarning();
    encodeRecordsFast();
    this.#namespace = config.NAMESPACE;
    this.groupId = topicName(config.NAMESPACE, identity.name);
    this.#settings = {
      clientId: `octopus-${identity.name}`,
      brokers: config.KAFKA_BROKERS,
      connectionTimeout: 3_000,
      requestTimeout: 15_000,
      enforceRequestTimeout: true,
      retry: kafkaRetry,
      logLevel: logLevel.INFO,
      logCreator: kafkajsLogCreator(log),
    };
    this.kafka = this.client({});
  }

  /** Another client of the same broker, with settings of its own: milliseconds that a request may take, its sockets. */
  client(own: Pick<KafkaConfig, 'requestTimeout' | 'socketFactory'>): Kafka {
    return new Kafka({ ...this.#settings, ...own });
  }

  topicName(topic: string): string {
    return topicName(this.#namespace, topic);
  }

  logicalTopic(name: string): string {
    return logicalTopic(this.#namespace, name);
  }
}
