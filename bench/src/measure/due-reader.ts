import { type Consumer, Kafka, logLevel } from 'kafkajs';
import type { TestNamespace } from '#testkit';

/** Reads what was announced, as a service would, and notes when it came. */
export class DueReader {
  /** Milliseconds from the instant that a fact stands for to its arrival. */
  late: number[] = [];
  readonly ids = new Set<string>();
  doubled = 0;

  private constructor(private readonly consumer: Consumer) {}

  static async start({ namespace, kafkaBrokers }: TestNamespace): Promise<DueReader> {
    const kafka = new Kafka({ clientId: 'due-reader', brokers: kafkaBrokers, logLevel: logLevel.NOTHING });
    const consumer = kafka.consumer({
      groupId: `${namespace}.due-reader-${performance.now()}`,
      maxWaitTimeInMs: 10,
    });
    const reader = new DueReader(consumer);
    await consumer.connect();
    await consumer.subscribe({ topic: `${namespace}.scheduler.due.v1`, fromBeginning: true });
    await consumer.run({
      eachBatch: ({ batch: { messages } }) => {
        const now = Date.now();
        for (const { value, headers } of messages)
          reader.note(String(value), String(headers?.['ce_id']), now);
        return Promise.resolve();
      },
    });
    return reader;
  }

  stop(): Promise<void> {
    return this.consumer.disconnect();
  }

  private note(value: string, id: string, now: number): void {
    this.late.push(now - Date.parse((JSON.parse(value) as { dueAt: string }).dueAt));
    if (this.ids.has(id)) this.doubled += 1;
    this.ids.add(id);
  }
}
