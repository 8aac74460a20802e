import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { id } from '#contracts';
import { CurrentPrincipal, Roles } from '../auth/access.decorators.js';
import type { Principal } from '../auth/principal.js';
import { ProblemError } from '../problems/problem-error.js';
import { Refuses } from '../problems/refuses.decorator.js';
import { DeadLetters } from './dead-letters.js';
import {
  deadLetterPage,
  deadLetterQuery,
  type DeadLetterQuery,
  replayView,
  type ReplayView,
  toDeadLetterView,
  toReplayView,
} from './dead-letters.dto.js';

@ApiTags('Operations')
@Roles('service')
@Controller('v1/operations/dead-letters')
export class DeadLettersController {
  constructor(private readonly deadLetters: DeadLetters) {}

  @Get()
  @ApiOperation({ summary: 'List records that could not be handled, newest first' })
  @ApiOkResponse({ standardSchema: deadLetterPage })
  async list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Query({ schema: deadLetterQuery }) query: DeadLetterQuery,
  ) {
    const { items, nextCursor } = await this.deadLetters.list(tenantId, query);
    return { items: items.map(toDeadLetterView), nextCursor };
  }

  @Post(':deadLetterId/replay')
  @HttpCode(200)
  @ApiOperation({ summary: 'Handle such a record once more, after its cause was mended' })
  @Refuses('not_found')
  @ApiOkResponse({ standardSchema: replayView })
  async replay(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('deadLetterId', { schema: id }) deadLetterId: string,
  ): Promise<ReplayView> {
    const outcome = await this.deadLetters.replay(tenantId, deadLetterId);
    if (!outcome) throw new ProblemError('not_found');
    return toReplayView(outcome);
  }
}
