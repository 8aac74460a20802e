import {
  factAccepted,
  id,
  pageQuery,
  type PageQuery,
  cashierPage,
  putCashierBody,
  type PutCashierBody,
} from '#contracts';
import { CurrentPrincipal, type Principal, Roles } from '#platform';
import { Body, Controller, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListCashiers } from '../use-cases/list-cashiers.js';
import { PutCashier } from '../use-cases/put-cashier.js';
import { idCursor } from './cursor.js';
import { idPageAnswer, pageRequest } from './page.dto.js';

@ApiTags('Accounts')
@Controller('v1/cashiers')
export class CashiersController {
  constructor(
    private readonly listCashiers: ListCashiers,
    private readonly putCashier: PutCashier,
  ) {}

  @Get()
  @Roles('channel_owner')
  @ApiOperation({ summary: "List the cashiers of the caller's accounts" })
  @ApiOkResponse({ standardSchema: cashierPage })
  async list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.listCashiers.run(principal, pageRequest(query, idCursor));
    return idPageAnswer(page, ({ cashierId }) => cashierId);
  }

  @Put(':cashierId')
  @HttpCode(202)
  @Roles('service')
  @ApiOperation({ summary: 'Put in a fact about a cashier; it takes effect through its topic' })
  @ApiAcceptedResponse({ standardSchema: factAccepted })
  put(
    @CurrentPrincipal() principal: Principal,
    @Param('cashierId', { schema: id }) cashierId: string,
    @Body({ schema: putCashierBody }) body: PutCashierBody,
  ): Promise<{ eventId: string }> {
    return this.putCashier.run(principal, cashierId, body);
  }
}
