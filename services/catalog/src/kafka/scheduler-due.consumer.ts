import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { ApplyDue } from '../use-cases/apply-due.js';

@Controller()
export class SchedulerDueConsumer {
  constructor(private readonly applyDue: ApplyDue) {}

  @EventPattern<TopicName>('scheduler.due.v1')
  async onDue(@Payload() event: EventOf<'scheduler.due.v1'>, @Ctx() { tx }: EventContext): Promise<void> {
    await this.applyDue.run(tx, event);
  }
}
