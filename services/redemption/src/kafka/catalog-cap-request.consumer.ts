import { Controller } from '@nestjs/common';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EventOf, TopicName } from '#contracts';
import type { EventContext } from '#platform';
import { AnswerCapRequest } from '../use-cases/answer-cap-request.js';

@Controller()
export class CatalogCapRequestConsumer {
  constructor(private readonly answerCapRequest: AnswerCapRequest) {}

  @EventPattern<TopicName>('catalog.cap-request.v1')
  onCapRequest(
    @Payload() event: EventOf<'catalog.cap-request.v1'>,
    @Ctx() context: EventContext,
  ): Promise<void> {
    return this.answerCapRequest.run(context, event.data);
  }
}
