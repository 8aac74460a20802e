import { Readable } from 'node:stream';
import {
  auditPage,
  bulkBody,
  type BulkBody,
  bulkResults,
  type BulkResults,
  couponCounts,
  type CouponCounts,
  couponCountsQuery,
  type CouponCountsQuery,
  couponExportQuery,
  type CouponExportQuery,
  id,
  pageQuery,
  type PageQuery,
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
import { Body, Controller, Get, HttpCode, Param, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { ActOnCoupons } from '../use-cases/act-on-coupons.js';
import { CountCoupons } from '../use-cases/count-coupons.js';
import { ExportCoupons } from '../use-cases/export-coupons.js';
import { ReadAudit } from '../use-cases/read-audit.js';
import { couponCsv } from './coupon-csv.js';
import { idCursor } from './cursor.js';
import { idPageAnswer, pageRequest } from './page.dto.js';

/** What the Manage page does beside the list itself. */
@ApiTags('Coupons')
@Roles('channel_owner')
@Controller('v1/coupons')
export class ManageController {
  constructor(
    private readonly countCoupons: CountCoupons,
    private readonly exportCoupons: ExportCoupons,
    private readonly actOnCoupons: ActOnCoupons,
    private readonly readAudit: ReadAudit,
  ) {}

  @Get('counts')
  @ApiOperation({ summary: 'How many coupons the filtered list has, over all and by status' })
  @ApiOkResponse({ standardSchema: couponCounts })
  counts(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: couponCountsQuery }) query: CouponCountsQuery,
  ): Promise<CouponCounts> {
    return this.countCoupons.run(principal, query);
  }

  @Get('export')
  @ApiOperation({
    summary: 'The whole filtered list as CSV',
    description:
      'RFC 4180 in UTF-8. A text that a spreadsheet would take for a formula begins with an apostrophe.',
  })
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string' } })
  export(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: couponExportQuery }) query: CouponExportQuery,
  ): StreamableFile {
    const pieces = couponCsv(this.exportCoupons.run(principal, query));
    return new StreamableFile(Readable.from(pieces, { objectMode: false }), {
      type: 'text/csv; charset=utf-8',
      disposition: 'attachment; filename="coupons.csv"',
    });
  }

  @Post('bulk')
  @HttpCode(200)
  @ApiOperation({ summary: 'Enable, disable or archive up to 100 coupons; each has its own result' })
  @ApiOkResponse({ standardSchema: bulkResults })
  bulk(
    @IdempotentCommand() command: CommandRequest,
    @Body({ schema: bulkBody }) body: BulkBody,
  ): Promise<CommandOutcome<BulkResults>> {
    return this.actOnCoupons.run(command, body);
  }

  @Get(':couponId/audit')
  @Refuses('coupon_not_found')
  @ApiOperation({ summary: 'Who changed the coupon, when, from what to what; the latest change first' })
  @ApiOkResponse({ standardSchema: auditPage })
  async audit(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ) {
    const page = await this.readAudit.run(principal, couponId, pageRequest(query, idCursor));
    return idPageAnswer(page, ({ entryId }) => entryId);
  }
}
