import { Kafka, logLevel } from 'kafkajs';

/**
 * A plain kafkajs consumer that only counts: reads each record, adds one to its coupon's number in memory, and keeps
 * nothing. Tells its parent how far it is.
 */
const [brokers = '', groupId = '', topic = ''] = process.argv.slice(2);
const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 250 });
const counts = new Map<string, number>();
let total = 0;
await consumer.connect();
await consumer.subscribe({ topics: [topic], fromBeginning: true });
consumer.on(consumer.events.GROUP_JOIN, () => process.send?.(0));
await consumer.run({
  partitionsConsumedConcurrently: 3,
  eachMessage: async ({ message }) => {
    const { couponId } = JSON.parse(String(message.value)) as { couponId: string };
    counts.set(couponId, (counts.get(couponId) ?? 0) + 1);
    total += 1;
  },
});
let told = 0;
setInterval(() => {
  if (total !== told) process.send?.((told = total));
}, 10);
process.on('disconnect', () => process.exit(0));
