import {
  changeCouponBody,
  type ChangeCouponBody,
  couponPage,
  couponsQuery,
  type CouponsQuery,
  couponView,
  type CouponView,
  createCouponBody,
  type CreateCouponBody,
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
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { ActOnCoupon } from '../use-cases/act-on-coupon.js';
import { CreateCoupon } from '../use-cases/create-coupon.js';
import { EditCoupon } from '../use-cases/edit-coupon.js';
import { ListCoupons } from '../use-cases/list-coupons.js';
import { ReadCoupon } from '../use-cases/read-coupon.js';
import { couponCursor } from './cursor.js';
import { IfMatch, RequiredIfMatch } from './if-match.decorator.js';
import { couponPageAnswer, pageRequest } from './page.dto.js';

/** What every action on a coupon may be refused with. */
const actionRefusals = ['coupon_not_found', 'wrong_state', 'version_conflict'] as const;

type Outcome<T = CouponView> = Promise<CommandOutcome<T>>;

@ApiTags('Coupons')
@Roles('channel_owner')
@Controller('v1/coupons')
export class CouponsController {
  constructor(
    private readonly createCoupon: CreateCoupon,
    private readonly editCoupon: EditCoupon,
    private readonly listCoupons: ListCoupons,
    private readonly readCoupon: ReadCoupon,
    private readonly actOnCoupon: ActOnCoupon,
  ) {}

  @Post()
  @Refuses('channel_not_found', 'image_not_found')
  @ApiOperation({ summary: 'Create a draft' })
  @ApiCreatedResponse({ standardSchema: couponView, description: 'The draft; its version in the ETag.' })
  create(
    @IdempotentCommand() command: CommandRequest,
    @Body({ schema: createCouponBody }) body: CreateCouponBody,
  ): Outcome {
    return this.createCoupon.run(command, body);
  }

  @Get()
  @ApiOperation({ summary: "List the coupons of the caller's channels, filtered and sorted" })
  @ApiOkResponse({ standardSchema: couponPage })
  async list(@CurrentPrincipal() principal: Principal, @Query({ schema: couponsQuery }) query: CouponsQuery) {
    const page = await this.listCoupons.run(principal, query, pageRequest(query, couponCursor(query.sort)));
    return couponPageAnswer(page, query.sort);
  }

  @Get(':couponId')
  @Refuses('coupon_not_found')
  @ApiOperation({ summary: 'Read a coupon, with how much of it is redeemed' })
  @ApiOkResponse({ standardSchema: couponView })
  read(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
  ): Outcome {
    return this.readCoupon.run(principal, couponId);
  }

  @Patch(':couponId')
  @Refuses(...actionRefusals, 'image_not_found')
  @ApiOperation({
    summary:
      'Change a draft, or what publication has not locked: at once, or as pendingRevision where the tenant has approved it',
  })
  @ApiOkResponse({ standardSchema: couponView })
  edit(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
    @RequiredIfMatch() expectedVersion: number | null,
    @Body({ schema: changeCouponBody }) fields: ChangeCouponBody,
  ): Outcome {
    return this.editCoupon.run(principal, couponId, { expectedVersion, fields });
  }

  @Post(':couponId/publish')
  @Refuses(...actionRefusals, 'missing_to_publish', 'auto_coupons_in_a_circle')
  @HttpCode(200)
  @ApiOperation({ summary: 'Publish a draft: scheduled if its start is still to come, else active' })
  @ApiOkResponse({ standardSchema: couponView })
  publish(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @IfMatch() expectedVersion: number | null,
  ): Outcome<CouponView | null> {
    return this.actOnCoupon.run(command, { couponId, action: 'publish', expectedVersion });
  }

  @Post(':couponId/disable')
  @Refuses(...actionRefusals)
  @HttpCode(200)
  @ApiOperation({ summary: 'Disable an active coupon: nobody can redeem it until it is enabled' })
  @ApiOkResponse({ standardSchema: couponView })
  disable(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @IfMatch() expectedVersion: number | null,
  ): Outcome<CouponView | null> {
    return this.actOnCoupon.run(command, { couponId, action: 'disable', expectedVersion });
  }

  @Post(':couponId/enable')
  @Refuses(...actionRefusals)
  @HttpCode(200)
  @ApiOperation({ summary: 'Enable a disabled coupon' })
  @ApiOkResponse({ standardSchema: couponView })
  enable(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @IfMatch() expectedVersion: number | null,
  ): Outcome<CouponView | null> {
    return this.actOnCoupon.run(command, { couponId, action: 'enable', expectedVersion });
  }

  @Post(':couponId/archive')
  @Refuses(...actionRefusals)
  @HttpCode(200)
  @ApiOperation({ summary: 'Finish a scheduled, active or disabled coupon for good' })
  @ApiOkResponse({ standardSchema: couponView })
  archive(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @IfMatch() expectedVersion: number | null,
  ): Outcome<CouponView | null> {
    return this.actOnCoupon.run(command, { couponId, action: 'archive', expectedVersion });
  }

  @Delete(':couponId')
  @Refuses(...actionRefusals)
  @HttpCode(204)
  @ApiOperation({ summary: 'Delete a draft' })
  @ApiNoContentResponse({ description: 'It is gone; its audit entries remain.' })
  remove(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @IfMatch() expectedVersion: number | null,
  ): Outcome<CouponView | null> {
    return this.actOnCoupon.run(command, { couponId, action: 'delete', expectedVersion });
  }
}
