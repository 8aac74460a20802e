import { Body, Controller, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { id, redeemBody, redemptionView, type RedemptionView } from '#contracts';
import { type CommandOutcome, type CommandRequest, IdempotentCommand, Refuses, Roles } from '#platform';
import { refusalsBy } from '../domain/rules/rules.js';
import { RedeemCoupon } from '../use-cases/redeem-coupon.js';
import { outcomeOrProblem } from './answer-problem.js';

@ApiTags('Redemptions')
@Roles('end_user')
@Controller('v1/coupons/:couponId/redemptions')
export class RedemptionsController {
  constructor(private readonly redeemCoupon: RedeemCoupon) {}

  @Post()
  @ApiOperation({ summary: 'Redeem a click or a time-based coupon' })
  @Refuses(...refusalsBy('button'), 'rate_limited')
  @ApiCreatedResponse({ standardSchema: redemptionView, description: 'Committed; it will not be undone.' })
  async redeem(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @Body({ schema: redeemBody.optional() }) _body: unknown,
  ): Promise<CommandOutcome<RedemptionView>> {
    return outcomeOrProblem(await this.redeemCoupon.run(command, couponId));
  }
}
