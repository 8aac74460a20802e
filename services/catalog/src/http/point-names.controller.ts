import {
  changePointNameBody,
  type ChangePointNameBody,
  createPointNameBody,
  type CreatePointNameBody,
  id,
  pageQuery,
  type PageQuery,
  pointNamePage,
  pointNameView,
  type PointNameView,
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
import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { CreatePointName } from '../use-cases/create-point-name.js';
import { ListPointNames } from '../use-cases/list-point-names.js';
import { RenamePointName } from '../use-cases/rename-point-name.js';
import { WithdrawPointName } from '../use-cases/withdraw-point-name.js';
import { idCursor } from './cursor.js';
import { IfMatch, RequiredIfMatch } from './if-match.decorator.js';
import { idPageAnswer, pageRequest } from './page.dto.js';

type Outcome = Promise<CommandOutcome<PointNameView>>;

@ApiTags('Points')
@Roles('channel_owner')
@Controller('v1/point-names')
export class PointNamesController {
  constructor(
    private readonly createPointName: CreatePointName,
    private readonly listPointNames: ListPointNames,
    private readonly renamePointName: RenamePointName,
    private readonly withdrawPointName: WithdrawPointName,
  ) {}

  @Post()
  @Refuses('partner_not_found', 'programme_not_found', 'wrong_state')
  @ApiOperation({ summary: 'Make a point name: a currency that coupons of the account can cost and give' })
  @ApiCreatedResponse({ standardSchema: pointNameView })
  create(
    @IdempotentCommand() command: CommandRequest,
    @Body({ schema: createPointNameBody }) body: CreatePointNameBody,
  ): Outcome {
    return this.createPointName.run(command, body);
  }

  @Get()
  @ApiOperation({ summary: "List the point names of the caller's accounts, withdrawn ones, too" })
  @ApiOkResponse({ standardSchema: pointNamePage })
  async list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.listPointNames.run(principal, pageRequest(query, idCursor));
    return idPageAnswer(page, ({ pointNameId }) => pointNameId);
  }

  @Patch(':pointNameId')
  @Refuses('point_name_not_found', 'wrong_state', 'version_conflict')
  @ApiOperation({ summary: 'Rename a point name; its account and its programme never change' })
  @ApiOkResponse({ standardSchema: pointNameView })
  rename(
    @CurrentPrincipal() principal: Principal,
    @Param('pointNameId', { schema: id }) pointNameId: string,
    @RequiredIfMatch() expectedVersion: number | null,
    @Body({ schema: changePointNameBody }) { name }: ChangePointNameBody,
  ): Outcome {
    return this.renamePointName.run(principal, pointNameId, { name, expectedVersion });
  }

  @Post(':pointNameId/withdraw')
  @HttpCode(200)
  @Refuses('point_name_not_found', 'wrong_state', 'version_conflict')
  @ApiOperation({ summary: 'Withdraw a point name: no new coupon can ask for it or give it; balances stay' })
  @ApiOkResponse({ standardSchema: pointNameView })
  withdraw(
    @IdempotentCommand() command: CommandRequest,
    @Param('pointNameId', { schema: id }) pointNameId: string,
    @IfMatch() expectedVersion: number | null,
  ): Outcome {
    return this.withdrawPointName.run(command, pointNameId, expectedVersion);
  }
}
