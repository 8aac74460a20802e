import {
  couponPage,
  factAccepted,
  id,
  pageQuery,
  type PageQuery,
  programmeCouponsQuery,
  type ProgrammeCouponsQuery,
  programmePage,
  putProgrammeBody,
  type PutProgrammeBody,
} from '#contracts';
import { CurrentPrincipal, type Principal, Refuses, Roles } from '#platform';
import { Body, Controller, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListProgrammeCoupons } from '../use-cases/list-programme-coupons.js';
import { ListProgrammes } from '../use-cases/list-programmes.js';
import { PutProgramme } from '../use-cases/put-programme.js';
import { couponCursor, idCursor } from './cursor.js';
import { couponPageAnswer, idPageAnswer, pageRequest } from './page.dto.js';

@ApiTags('Points')
@Controller('v1/programmes')
export class ProgrammesController {
  constructor(
    private readonly listProgrammes: ListProgrammes,
    private readonly listProgrammeCoupons: ListProgrammeCoupons,
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

  @Get(':programmeId/coupons')
  @Roles('channel_owner')
  @Refuses('programme_not_found')
  @ApiOperation({ summary: "List a programme's coupons in the caller's channels, filtered and sorted" })
  @ApiOkResponse({ standardSchema: couponPage })
  async listCoupons(
    @CurrentPrincipal() principal: Principal,
    @Param('programmeId', { schema: id }) programmeId: string,
    @Query({ schema: programmeCouponsQuery }) query: ProgrammeCouponsQuery,
  ) {
    const request = pageRequest(query, couponCursor(query.sort));
    const page = await this.listProgrammeCoupons.run(principal, programmeId, query, request);
    return couponPageAnswer(page, query.sort);
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
