import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  type HistoryPage,
  historyPage,
  id,
  pageQuery,
  type PageQuery,
  type ShiftPage,
  shiftPage,
} from '#contracts';
import { CurrentPrincipal, type Principal, Roles } from '#platform';
import { z } from 'zod';
import { ListHistory } from '../use-cases/list-history.js';
import { ListShift } from '../use-cases/list-shift.js';
import { positionCursor } from './position-cursor.js';

const redemptionCursor = positionCursor(z.object({ redemptionId: id }));

@ApiTags('Redemptions')
@Controller('v1')
export class HistoryController {
  constructor(
    private readonly listHistory: ListHistory,
    private readonly listShift: ListShift,
  ) {}

  @Get('redemptions')
  @Roles('end_user')
  @ApiOperation({ summary: 'List what the caller has redeemed, newest first; voided ones say so' })
  @ApiOkResponse({ standardSchema: historyPage })
  async history(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<HistoryPage> {
    return redemptionCursor.answer(await this.listHistory.run(principal, redemptionCursor.request(query)));
  }

  @Get('shift')
  @Roles('cashier')
  @ApiOperation({
    summary: 'List what the calling cashier has redeemed in the last 24 hours, newest first',
    description: 'At whichever store of the partner in the token; voided ones say so.',
  })
  @ApiOkResponse({ standardSchema: shiftPage })
  async shift(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: pageQuery }) query: PageQuery,
  ): Promise<ShiftPage> {
    return redemptionCursor.answer(await this.listShift.run(principal, redemptionCursor.request(query)));
  }
}
