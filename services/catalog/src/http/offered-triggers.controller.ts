import { offeredTriggerPage, pageQuery, type PageQuery } from '#contracts';
import { CurrentPrincipal, type Principal, Roles } from '#platform';
import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListOfferedTriggers } from '../use-cases/list-offered-triggers.js';
import { idCursor } from './cursor.js';
import { idPageAnswer, pageRequest } from './page.dto.js';

@ApiTags('Triggers')
@Roles('channel_owner')
@Controller('v1/offered-triggers')
export class OfferedTriggersController {
  constructor(private readonly listOfferedTriggers: ListOfferedTriggers) {}

  @Get()
  @ApiOperation({ summary: 'List the triggers that a coupon can have' })
  @ApiOkResponse({ standardSchema: offeredTriggerPage })
  async list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.listOfferedTriggers.run(principal, pageRequest(query, idCursor));
    return idPageAnswer(page, ({ triggerId }) => triggerId);
  }
}
