import {
  factAccepted,
  id,
  pageQuery,
  type PageQuery,
  partnerPage,
  putPartnerBody,
  type PutPartnerBody,
} from '#contracts';
import { CurrentPrincipal, type Principal, Roles } from '#platform';
import { Body, Controller, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListPartners } from '../use-cases/list-partners.js';
import { PutPartner } from '../use-cases/put-partner.js';
import { idCursor } from './cursor.js';
import { idPageAnswer, pageRequest } from './page.dto.js';

@ApiTags('Accounts')
@Controller('v1/partners')
export class PartnersController {
  constructor(
    private readonly listPartners: ListPartners,
    private readonly putPartner: PutPartner,
  ) {}

  @Get()
  @Roles('channel_owner')
  @ApiOperation({ summary: "List the accounts behind the caller's channels" })
  @ApiOkResponse({ standardSchema: partnerPage })
  async list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.listPartners.run(principal, pageRequest(query, idCursor));
    return idPageAnswer(page, ({ partnerId }) => partnerId);
  }

  @Put(':partnerId')
  @HttpCode(202)
  @Roles('service')
  @ApiOperation({ summary: 'Put in a fact about a business account; it takes effect through its topic' })
  @ApiAcceptedResponse({ standardSchema: factAccepted })
  put(
    @CurrentPrincipal() principal: Principal,
    @Param('partnerId', { schema: id }) partnerId: string,
    @Body({ schema: putPartnerBody }) body: PutPartnerBody,
  ): Promise<{ eventId: string }> {
    return this.putPartner.run(principal, partnerId, body);
  }
}
