import {
  factAccepted,
  id,
  pageQuery,
  type PageQuery,
  programmePage,
  putProgrammeBody,
  type PutProgrammeBody,
} from '#contracts';
import { CurrentPrincipal, type Principal, Roles } from '#platform';
import { Body, Controller, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListProgrammes } from '../use-cases/list-programmes.js';
import { PutProgramme } from '../use-cases/put-programme.js';
import { idCursor } from './cursor.js';
import { idPageAnswer, pageRequest } from './page.dto.js';

@ApiTags('Points')
@Controller('v1/programmes')
export class ProgrammesController {
  constructor(
    private readonly listProgrammes: ListProgrammes,
    private readonly putProgramme: PutProgramme,
  ) {}

  @Get()
  @Roles('channel_owner')
  @ApiOperation({
    summary:
      "List the loyalty programmes of the caller's accounts, with levels, earning actions and point names",
  })
  @ApiOkResponse({ standardSchema: programmePage })
  async list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.listProgrammes.run(principal, pageRequest(query, idCursor));
    return idPageAnswer(page, ({ programmeId }) => programmeId);
  }

  @Put(':programmeId')
  @HttpCode(202)
  @Roles('service')
  @ApiOperation({ summary: 'Put in a fact about a loyalty programme; it takes effect through its topic' })
  @ApiAcceptedResponse({ standardSchema: factAccepted })
  put(
    @CurrentPrincipal() principal: Principal,
    @Param('programmeId', { schema: id }) programmeId: string,
    @Body({ schema: putProgrammeBody }) body: PutProgrammeBody,
  ): Promise<{ eventId: string }> {
    return this.putProgramme.run(principal, programmeId, body);
  }
}
