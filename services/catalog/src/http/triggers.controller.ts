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
  Refuses,
  Roles,
} from '#platform';
import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ChangeTrigger } from '../use-cases/change-trigger.js';
import { CreateTrigger } from '../use-cases/create-trigger.js';
import { ListTriggers } from '../use-cases/list-triggers.js';
import { WithdrawTrigger } from '../use-cases/withdraw-trigger.js';
import { idCursor } from './cursor.js';
import { IfMatch, RequiredIfMatch } from './if-match.decorator.js';
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

  @Post()
  @ApiOperation({ summary: 'Put an external call on the list that channel owners pick triggers from' })
  @ApiCreatedResponse({ standardSchema: triggerView })
  create(
    @IdempotentCommand() command: CommandRequest,
    @Body({ schema: createTriggerBody }) body: CreateTriggerBody,
  ): Outcome {
    return this.createTrigger.run(command, body);
  }

  @Get()
  @ApiOperation({ summary: "List the tenant's triggers, withdrawn ones, too" })
  @ApiOkResponse({ standardSchema: triggerPage })
  async list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.listTriggers.run(principal, pageRequest(query, idCursor));
    return idPageAnswer(page, ({ triggerId }) => triggerId);
  }

  @Patch(':triggerId')
  @Refuses('trigger_not_found', 'wrong_state', 'version_conflict')
  @ApiOperation({ summary: 'Change a trigger; published coupons keep the cost that they were published at' })
  @ApiOkResponse({ standardSchema: triggerView })
  change(
    @CurrentPrincipal() principal: Principal,
    @Param('triggerId', { schema: id }) triggerId: string,
    @RequiredIfMatch() expectedVersion: number | null,
    @Body({ schema: changeTriggerBody }) fields: ChangeTriggerBody,
  ): Outcome {
    return this.changeTrigger.run(principal, triggerId, { expectedVersion, fields });
  }

  @Post(':triggerId/withdraw')
  @HttpCode(200)
  @Refuses('trigger_not_found', 'wrong_state', 'version_conflict')
  @ApiOperation({ summary: 'Withdraw a trigger for good: nobody can pick it, and calls still owed fail' })
  @ApiOkResponse({ standardSchema: triggerView })
  withdraw(
    @IdempotentCommand() command: CommandRequest,
    @Param('triggerId', { schema: id }) triggerId: string,
    @IfMatch() expectedVersion: number | null,
  ): Outcome {
    return this.withdrawTrigger.run(command, triggerId, expectedVersion);
  }
}
