import {
  type ChangeCouponBody,
  changeDetailsBody,
  changeTimeframeBody,
  changeUsersBody,
  couponReadiness,
  type CouponReadiness,
  couponView,
  type CouponView,
  id,
  previewTimeframeBody,
  type PreviewTimeframeBody,
  timeframePreview,
  type TimeframePreview,
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
import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ActOnCoupon } from '../use-cases/act-on-coupon.js';
import { DuplicateCoupon } from '../use-cases/duplicate-coupon.js';
import { EditCoupon } from '../use-cases/edit-coupon.js';
import { PreviewTimeframe } from '../use-cases/preview-timeframe.js';
import { ReadReadiness } from '../use-cases/read-readiness.js';
import { IfMatch, RequiredIfMatch } from './if-match.decorator.js';
import { ActionRoute, ChangeRoute } from './managed-routes.js';

type Outcome<T = CouponView> = Promise<CommandOutcome<T>>;

/** A draft on its way out. Saving a step again, as autosave does, changes nothing and is answered the same. */
@ApiTags('Wizard')
@Roles('channel_owner')
@Controller('v1/coupons')
export class WizardController {
  constructor(
    private readonly editCoupon: EditCoupon,
    private readonly previewTimeframe: PreviewTimeframe,
    private readonly readReadiness: ReadReadiness,
    private readonly actOnCoupon: ActOnCoupon,
    private readonly duplicateCoupon: DuplicateCoupon,
  ) {}

  @ChangeRoute(':couponId/steps/details', {
    summary: 'Save step 1 of a draft: details and mechanics',
    view: couponView,
    refuses: ['coupon_not_found'],
  })
  details(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
    @RequiredIfMatch() expectedVersion: number | null,
    @Body({ schema: changeDetailsBody }) fields: ChangeCouponBody,
  ): Outcome {
    return this.editCoupon.run(principal, couponId, { expectedVersion, fields, step: 'details' });
  }

  @ChangeRoute(':couponId/steps/timeframe', {
    summary: 'Save step 2 of a draft: timeframe',
    view: couponView,
    refuses: ['coupon_not_found'],
  })
  timeframe(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
    @RequiredIfMatch() expectedVersion: number | null,
    @Body({ schema: changeTimeframeBody }) fields: ChangeCouponBody,
  ): Outcome {
    return this.editCoupon.run(principal, couponId, { expectedVersion, fields, step: 'timeframe' });
  }

  @ChangeRoute(':couponId/steps/users', {
    summary: 'Save step 3 of a draft: users',
    view: couponView,
    refuses: ['coupon_not_found'],
  })
  users(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
    @RequiredIfMatch() expectedVersion: number | null,
    @Body({ schema: changeUsersBody }) fields: ChangeCouponBody,
  ): Outcome {
    return this.editCoupon.run(principal, couponId, { expectedVersion, fields, step: 'users' });
  }

  @Get(':couponId/readiness')
  @Refuses('coupon_not_found', 'wrong_state')
  @ApiOperation({ summary: 'Tell what a draft still lacks, step by step, and how it then goes out' })
  @ApiOkResponse({ standardSchema: couponReadiness })
  readiness(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
  ): Promise<CouponReadiness> {
    return this.readReadiness.run(principal, couponId);
  }

  @Post(':couponId/timeframe-preview')
  @HttpCode(200)
  @Refuses('coupon_not_found')
  @ApiOperation({
    summary: 'Show the next windows of a timeframe, saved or not, with what changes of the clock do to them',
    description: 'Changes nothing, so it takes no Idempotency-Key.',
  })
  @ApiOkResponse({ standardSchema: timeframePreview })
  timeframePreview(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
    @Body({ schema: previewTimeframeBody }) fields: PreviewTimeframeBody,
  ): Promise<TimeframePreview> {
    return this.previewTimeframe.run(principal, couponId, fields);
  }

  @ActionRoute(':couponId/submit', {
    summary: 'Ask the tenant to approve a draft for all its users; read-only until it has decided',
    view: couponView,
    refuses: ['coupon_not_found', 'missing_to_publish', 'auto_coupons_in_a_circle'],
  })
  submit(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @IfMatch() expectedVersion: number | null,
  ): Outcome<CouponView | null> {
    return this.actOnCoupon.run(command, { couponId, action: 'submit', expectedVersion });
  }

  @ActionRoute(':couponId/withdraw', {
    summary:
      'Take back what the tenant has not decided: a coupon becomes a draft again, a pending revision is dropped',
    view: couponView,
    refuses: ['coupon_not_found'],
  })
  withdraw(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @IfMatch() expectedVersion: number | null,
  ): Outcome<CouponView | null> {
    return this.actOnCoupon.run(command, { couponId, action: 'withdraw', expectedVersion });
  }

  @Post(':couponId/duplicate')
  @Refuses('coupon_not_found')
  @ApiOperation({ summary: 'Copy a coupon of any state as a new draft, without instants that have passed' })
  @ApiCreatedResponse({ standardSchema: couponView })
  duplicate(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
  ): Outcome {
    return this.duplicateCoupon.run(command, couponId);
  }
}
