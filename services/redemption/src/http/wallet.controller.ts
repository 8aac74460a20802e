import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  eligibilityView,
  type EligibilityView,
  id,
  instant,
  type WalletPage,
  walletPage,
  type WalletQuery,
  walletQuery,
} from '#contracts';
import { CurrentPrincipal, type Principal, ProblemError, Refuses, Roles } from '#platform';
import { z } from 'zod';
import { ExplainEligibility } from '../use-cases/explain-eligibility.js';
import { ListWallet } from '../use-cases/list-wallet.js';
import { positionCursor } from './position-cursor.js';

const walletCursor = positionCursor(
  z.object({ place: z.int().min(-2_147_483_647).max(1), editedAt: instant, couponId: id }),
);

@ApiTags('Wallet')
@Roles('end_user')
@Controller('v1/wallet/coupons')
export class WalletController {
  constructor(
    private readonly listWallet: ListWallet,
    private readonly explainEligibility: ExplainEligibility,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List the coupons that the caller sees',
    description:
      'Of one channel in the order of its page: by position, unnumbered ones last, of one position the latest edit ' +
      'first. Over all channels the latest edit first. A page may hold fewer than `limit`, even none, and still have a ' +
      'next one: go on until `nextCursor` is null.',
  })
  @ApiOkResponse({ standardSchema: walletPage })
  async list(
    @CurrentPrincipal() { tenantId, subject: userId }: Principal,
    @Query({ schema: walletQuery }) { channelId, ...query }: WalletQuery,
  ): Promise<WalletPage> {
    const page = walletCursor.request(query);
    const { items, last, now } = await this.listWallet.run({
      tenantId,
      userId,
      channelId: channelId ?? null,
      ...page,
    });
    const { nextCursor } = walletCursor.answer({ items: [], last });
    return { items, nextCursor, serverTime: new Date(now).toISOString() };
  }

  @Get(':couponId/eligibility')
  @ApiOperation({ summary: "Say why the caller can't redeem a coupon now, and when that passes" })
  @Refuses('coupon_not_found')
  @ApiOkResponse({ standardSchema: eligibilityView })
  async eligibility(
    @CurrentPrincipal() { tenantId, subject }: Principal,
    @Param('couponId', { schema: id }) couponId: string,
  ): Promise<EligibilityView> {
    const view = await this.explainEligibility.run(tenantId, subject, couponId);
    if (view === undefined) throw new ProblemError('coupon_not_found');
    return view;
  }
}
