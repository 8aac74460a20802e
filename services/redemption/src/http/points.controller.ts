import { Body, Controller, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import {
  balancePage,
  factAccepted,
  grantPointsBody,
  type GrantPointsBody,
  id,
  pageQuery,
  type PageQuery,
  pointsEntryPage,
  pointsEntryQuery,
  type PointsEntryQuery,
  pointsEntryView,
  type PointsEntryView,
  putPointsEarnedBody,
  type PutPointsEarnedBody,
} from '#contracts';
import {
  type CommandOutcome,
  type CommandRequest,
  CurrentPrincipal,
  IdempotentCommand,
  type Principal,
  Refuses,
  Roles,
} from '#platform';
import { GrantPoints, grantRefusals } from '../use-cases/grant-points.js';
import { ListBalances } from '../use-cases/list-balances.js';
import { ListPointEntries } from '../use-cases/list-point-entries.js';
import { SubmitEarning } from '../use-cases/submit-earning.js';
import { entryCursor, pointNameCursor } from './position-cursor.js';

@ApiTags('Points')
@Controller('v1')
export class PointsController {
  constructor(
    private readonly grantPoints: GrantPoints,
    private readonly listBalances: ListBalances,
    private readonly listPointEntries: ListPointEntries,
    private readonly submitEarning: SubmitEarning,
  ) {}

  @Post('points-grants')
  @Roles('cashier', 'channel_owner')
  @Refuses(...grantRefusals)
  @ApiOperation({
    summary: 'Give a user points by hand',
    description:
      "Points of the caller's own account. A cashier is held to the limits that the account lists, an owner to none.",
  })
  @ApiCreatedResponse({ standardSchema: pointsEntryView })
  grant(
    @IdempotentCommand() command: CommandRequest,
    @Body({ schema: grantPointsBody }) body: GrantPointsBody,
  ): Promise<CommandOutcome<PointsEntryView>> {
    return this.grantPoints.run(command, body);
  }

  @Put('points-earned/:earningId')
  @HttpCode(202)
  @Roles('service')
  @ApiOperation({
    summary: 'Put in points that a user earned; they are booked through their topic',
    description:
      'Booked once per earning, however often it is sent. What cannot be booked (a wrong pair of programme and point name, a withdrawn point name) goes to the dead letters with its reason.',
  })
  @ApiAcceptedResponse({ standardSchema: factAccepted })
  async putEarning(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('earningId', { schema: id }) earningId: string,
    @Body({ schema: putPointsEarnedBody }) body: PutPointsEarnedBody,
  ): Promise<{ eventId: string }> {
    return { eventId: await this.submitEarning.run(tenantId, earningId, body) };
  }

  @Get('wallet/balances')
  @Roles('end_user')
  @ApiOperation({ summary: "The caller's points, by point name" })
  @ApiOkResponse({ standardSchema: balancePage })
  async balances(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuery }) query: PageQuery) {
    return pointNameCursor.answer(await this.listBalances.run(principal, pointNameCursor.request(query)));
  }

  @Get('wallet/points')
  @Roles('end_user')
  @ApiOperation({ summary: "The caller's ledger of points, newest first" })
  @ApiOkResponse({ standardSchema: pointsEntryPage })
  async entries(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: pointsEntryQuery }) { pointNameId, ...query }: PointsEntryQuery,
  ) {
    const page = await this.listPointEntries.run(principal, pointNameId ?? null, entryCursor.request(query));
    return entryCursor.answer(page);
  }
}
