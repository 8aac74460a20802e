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
import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ActOnCoupon } from '../use-cases/act-on-coupon.js';
import { DuplicateCoupon } from '../use-cases/duplicate-coupon.js';
import { EditCoupon } from '../use-cases/edit-coupon.js';
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
    summary: 'Take a coupon back before the tenant has decided; it is a draft again',
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
