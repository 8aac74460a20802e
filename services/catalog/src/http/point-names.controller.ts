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
  Roles,
} from '#platform';
import { Body, Controller, Param, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CreatePointName } from '../use-cases/create-point-name.js';
import { ListPointNames } from '../use-cases/list-point-names.js';
import { RenamePointName } from '../use-cases/rename-point-name.js';
import { WithdrawPointName } from '../use-cases/withdraw-point-name.js';
import { idCursor } from './cursor.js';
import { IfMatch, RequiredIfMatch } from './if-match.decorator.js';
import { ActionRoute, ChangeRoute, ListRoute, MakeRoute } from './managed-routes.js';
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

  @MakeRoute({
    summary: 'Make a point name: a currency that coupons of the account can cost and give',
    view: pointNameView,
    refuses: ['partner_not_found', 'programme_not_found', 'wrong_state'],
  })
  create(
    @IdempotentCommand() command: CommandRequest,
    @Body({ schema: createPointNameBody }) body: CreatePointNameBody,
  ): Outcome {
    return this.createPointName.run(command, body);
  }

  @ListRoute({
    summary: "List the point names of the caller's accounts, withdrawn ones, too",
    view: pointNamePage,
  })
  async list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.listPointNames.run(principal, pageRequest(query, idCursor));
    return idPageAnswer(page, ({ pointNameId }) => pointNameId);
  }

  @ChangeRoute(':pointNameId', {
    summary: 'Rename a point name; its account and its programme never change',
    view: pointNameView,
    refuses: ['point_name_not_found'],
  })
  rename(
    @CurrentPrincipal() principal: Principal,
    @Param('pointNameId', { schema: id }) pointNameId: string,
    @RequiredIfMatch() expectedVersion: number | null,
    @Body({ schema: changePointNameBody }) { name }: ChangePointNameBody,
  ): Outcome {
    return this.renamePointName.run(principal, pointNameId, { name, expectedVersion });
  }

  @ActionRoute(':pointNameId/withdraw', {
    summary: 'Withdraw a point name: no new coupon can ask for it or give it; balances stay',
    view: pointNameView,
    refuses: ['point_name_not_found'],
  })
  withdraw(
    @IdempotentCommand() command: CommandRequest,
    @Param('pointNameId', { schema: id }) pointNameId: string,
    @IfMatch() expectedVersion: number | null,
  ): Outcome {
    return this.withdrawPointName.run(command, pointNameId, expectedVersion);
  }
}
