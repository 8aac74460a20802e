import {
  couponPage,
  couponView,
  type CouponView,
  id,
  pageQuery,
  type PageQuery,
  rejectCouponBody,
  type RejectCouponBody,
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
import { DecideApproval } from '../use-cases/decide-approval.js';
import { ListApprovals } from '../use-cases/list-approvals.js';
import { ReadApproval } from '../use-cases/read-approval.js';
import { idCursor } from './cursor.js';
import { RequiredIfMatch } from './if-match.decorator.js';
import { ActionRoute, ListRoute, ReadRoute } from './managed-routes.js';
import { idPageAnswer, pageRequest } from './page.dto.js';

/** What the tenant decides: coupons for all its users. Decided is about the version that If-Match names. */
@ApiTags('Approvals')
@Roles('tenant_admin')
@Controller('v1/approvals')
export class ApprovalsController {
  constructor(
    private readonly listApprovals: ListApprovals,
    private readonly readApproval: ReadApproval,
    private readonly decideApproval: DecideApproval,
  ) {}

  @ListRoute({
    summary: 'List the coupons that wait for approval, and those with a pending revision, the oldest first',
    view: couponPage,
  })
  async list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.listApprovals.run(principal, pageRequest(query, idCursor));
    return idPageAnswer(page, ({ couponId }) => couponId);
  }

  @ReadRoute(':couponId', {
    summary: 'Read a coupon that waits for approval, or has a pending revision',
    view: couponView,
    refuses: ['coupon_not_found'],
  })
  read(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
  ): Promise<CommandOutcome<CouponView>> {
    return this.readApproval.run(principal, couponId);
  }

  @ActionRoute(':couponId/approve', {
    summary: 'Approve a coupon, which goes out, or the pending revision of one that is out, which goes live',
    view: couponView,
    refuses: ['coupon_not_found', 'missing_to_publish', 'auto_coupons_in_a_circle'],
  })
  approve(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @RequiredIfMatch() expectedVersion: number | null,
  ): Promise<CommandOutcome<CouponView>> {
    return this.decideApproval.run(command, { couponId, expectedVersion, rejectedBecause: null });
  }

  @ActionRoute(':couponId/reject', {
    summary: 'Send a coupon back to its owner, as a draft, or drop its pending revision, with a reason',
    view: couponView,
    refuses: ['coupon_not_found'],
  })
  reject(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @RequiredIfMatch() expectedVersion: number | null,
    @Body({ schema: rejectCouponBody }) { reason }: RejectCouponBody,
  ): Promise<CommandOutcome<CouponView>> {
    return this.decideApproval.run(command, { couponId, expectedVersion, rejectedBecause: reason });
  }
}
