import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { id, whatIfQuery, type WhatIfQuery, whatIfView, type WhatIfView } from '#contracts';
import { CurrentPrincipal, type Principal, Refuses, Roles } from '#platform';
import { SimulateEligibility } from '../use-cases/simulate-eligibility.js';

@ApiTags('Redemptions')
@Roles('channel_owner', 'tenant_admin')
@Controller('v1/coupons/:couponId/what-if')
export class WhatIfController {
  constructor(private readonly simulateEligibility: SimulateEligibility) {}

  @Get(':userId')
  @ApiOperation({
    summary: 'Say whether a user would see and could redeem a coupon at an instant, and which rules say no',
    description:
      'For owners of its channel and administrators. The rules are those that decide redemptions; only the clock is another ' +
      'one: what is known of the coupon and of the user is taken as it is now (`factsAsOf`). Nothing is changed.',
  })
  @Refuses('coupon_not_found')
  @ApiOkResponse({ standardSchema: whatIfView })
  show(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
    @Param('userId', { schema: id }) userId: string,
    @Query({ schema: whatIfQuery }) { at }: WhatIfQuery,
  ): Promise<WhatIfView> {
    return this.simulateEligibility.run(
      principal,
      couponId,
      userId,
      at === undefined ? null : Date.parse(at),
    );
  }
}
