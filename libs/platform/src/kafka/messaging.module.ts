import { Global, Module } from '@nestjs/common';
import { Inbox } from '../inbox/inbox.js';
import { InboxPruner } from '../inbox/inbox-pruner.js';
import { Outbox } from '../outbox/outbox.js';
import { OutboxRelay } from '../outbox/outbox-relay.js';
import { SubmittedFacts } from '../outbox/submitted-facts.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { DeadLetters } from './dead-letters.js';
import { EventBatches } from './event-batches.js';
import { EventHandlers } from './event-handlers.js';
import { EventPipeline } from './event-pipeline.js';
import { EventProducer } from './event-producer.js';
import { KafkaConnection } from './kafka-connection.js';
import { KafkaEventServer } from './kafka-event-server.js';
import { PartitionReader } from './partition-reader.js';

/** Facts out by the outbox and in by the inbox. Part of PlatformModule; needs DatabaseModule. */
@Global()
@Module({
  controllers: [DeadLettersController],
  providers: [
    KafkaConnection,
    EventProducer,
    OutboxRelay,
    Outbox,
    SubmittedFacts,
    Inbox,
    InboxPruner,
    EventHandlers,
    EventPipeline,
    EventBatches,
    DeadLetters,
    PartitionReader,
    KafkaEventServer,
  ],
  exports: [EventProducer, OutboxRelay, Outbox, SubmittedFacts, DeadLetters, KafkaEventServer],
})
export class MessagingModule {}
