import {
  changeTriggerBody,
  type ChangeTriggerBody,
  createTriggerBody,
  type CreateTriggerBody,
  id,
  pageQuery,
  type PageQuery,
  triggerPage,
  triggerView,
  type TriggerView,
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
import { ChangeTrigger } from '../use-cases/change-trigger.js';
import { CreateTrigger } from '../use-cases/create-trigger.js';
import { ListTriggers } from '../use-cases/list-triggers.js';
import { WithdrawTrigger } from '../use-cases/withdraw-trigger.js';
import { idCursor } from './cursor.js';
import { IfMatch, RequiredIfMatch } from './if-match.decorator.js';
import { ActionRoute, ChangeRoute, ListRoute, MakeRoute } from './managed-routes.js';
import { idPageAnswer, pageRequest } from './page.dto.js';

type Outcome = Promise<CommandOutcome<TriggerView>>;

@ApiTags('Triggers')
@Roles('tenant_admin')
@Controller('v1/triggers')
export class TriggersController {
  constructor(
    private readonly createTrigger: CreateTrigger,
    private readonly listTriggers: ListTriggers,
    private readonly changeTrigger: ChangeTrigger,
    private readonly withdrawTrigger: WithdrawTrigger,
  ) {}

  @MakeRoute({
    summary: 'Put an external call on the list that channel owners pick triggers from',
    view: triggerView,
  })
  create(
    @IdempotentCommand() command: CommandRequest,
    @Body({ schema: createTriggerBody }) body: CreateTriggerBody,
  ): Outcome {
    return this.createTrigger.run(command, body);
  }

  @ListRoute({ summary: "List the tenant's triggers, withdrawn ones, too", view: triggerPage })
  async list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.listTriggers.run(principal, pageRequest(query, idCursor));
    return idPageAnswer(page, ({ triggerId }) => triggerId);
  }

  @ChangeRoute(':triggerId', {
    summary: 'Change a trigger; published coupons keep the cost that they were published at',
    view: triggerView,
    refuses: ['trigger_not_found'],
  })
  change(
    @CurrentPrincipal() principal: Principal,
    @Param('triggerId', { schema: id }) triggerId: string,
    @RequiredIfMatch() expectedVersion: number | null,
    @Body({ schema: changeTriggerBody }) fields: ChangeTriggerBody,
  ): Outcome {
    return this.changeTrigger.run(principal, triggerId, { expectedVersion, fields });
  }

  @ActionRoute(':triggerId/withdraw', {
    summary: 'Withdraw a trigger for good: nobody can pick it, and calls still owed fail',
    view: triggerView,
    refuses: ['trigger_not_found'],
  })
  withdraw(
    @IdempotentCommand() command: CommandRequest,
    @Param('triggerId', { schema: id }) triggerId: string,
    @IfMatch() expectedVersion: number | null,
  ): Outcome {
    return this.withdrawTrigger.run(command, triggerId, expectedVersion);
  }
}
