import { Body, Controller, Param, Post } from '@nestjs/common';
import { id, redeemBody } from '#contracts';
import { CommandOutcome, type CommandRequest, IdempotentCommand, ProblemError, Roles } from '#platform';
import { EvalThenCommit } from './eval-then-commit.js';
import { type BaselineView, viewOf } from './baseline-view.js';
import { NaiveTransaction } from './naive-transaction.js';

const body = redeemBody.optional();

/** Each baseline behind the same door as a redemption: token, role, Idempotency-Key, validated path and body. */
@Roles('end_user')
@Controller('v1/coupons/:couponId')
export class BaselinesController {
  constructor(
    private readonly naiveTransaction: NaiveTransaction,
    private readonly evalThenCommit: EvalThenCommit,
  ) {}

  /** Answers as a redemption does and does nothing: what the stack costs. */
  @Post('noop')
  noop(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @Body({ schema: body }) _body: unknown,
  ): CommandOutcome<BaselineView> {
    return created(viewOf(command, couponId));
  }

  @Post('naive')
  async naive(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @Body({ schema: body }) _body: unknown,
  ): Promise<CommandOutcome<BaselineView>> {
    return created(await this.naiveTransaction.run(command, couponId));
  }

  @Post('eval-commit')
  async evalCommit(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @Body({ schema: body }) _body: unknown,
  ): Promise<CommandOutcome<BaselineView>> {
    return created(await this.evalThenCommit.run(command, couponId));
  }

  @Post('redis-only')
  async redisOnly(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @Body({ schema: body }) _body: unknown,
  ): Promise<CommandOutcome<BaselineView>> {
    return created(await this.evalThenCommit.admit(command, couponId));
  }
}

function created(view: BaselineView | undefined): CommandOutcome<BaselineView> {
  if (view === undefined) throw new ProblemError('sold_out');
  return new CommandOutcome({ status: 201, body: view });
}
