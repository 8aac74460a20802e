import {
  analyticsExportQuery,
  type AnalyticsExportQuery,
  analyticsFulfilment,
  type AnalyticsFulfilment,
  analyticsRefusals,
  type AnalyticsRefusals,
  analyticsSeries,
  type AnalyticsSeries,
  analyticsStores,
  type AnalyticsStores,
  couponAnalytics,
  type CouponAnalytics,
  id,
  seriesQuery,
  type SeriesQuery,
} from '#contracts';
import { CurrentPrincipal, type Principal, Roles } from '#platform';
import { Controller, Get, Param, Query, type StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ReadCouponAnalytics } from '../use-cases/read-coupon-analytics.js';
import { ReadSeries } from '../use-cases/read-series.js';
import { CsvRoute, ReportRoute } from './analytics-routes.js';
import { reportCsv } from './analytics-csv.js';
import { csvFile } from './csv-file.js';

/** What became of one coupon, live: a fact shows as soon as it has come by Kafka. */
@ApiTags('Analytics')
@Roles('channel_owner', 'tenant_admin')
@Controller('v1/coupons/:couponId/analytics')
export class CouponAnalyticsController {
  constructor(
    private readonly read: ReadCouponAnalytics,
    private readonly series: ReadSeries,
  ) {}

  @Get()
  @ReportRoute('Funnel from available over seen to redeemed, points, fulfilment', couponAnalytics)
  summary(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
  ): Promise<CouponAnalytics> {
    return this.read.summary(principal, couponId);
  }

  @Get('series')
  @ReportRoute("By hour or day of the channel's time zone, without gaps", analyticsSeries)
  byTime(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
    @Query({ schema: seriesQuery }) query: SeriesQuery,
  ): Promise<AnalyticsSeries> {
    return this.series.run(principal, couponId, query);
  }

  @Get('stores')
  @ReportRoute('Redemptions by store and cashier', analyticsStores)
  stores(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
  ): Promise<AnalyticsStores> {
    return this.read.stores(principal, couponId);
  }

  @Get('refusals')
  @ReportRoute('Refused attempts by reason', analyticsRefusals)
  refusals(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
  ): Promise<AnalyticsRefusals> {
    return this.read.refusals(principal, couponId);
  }

  @Get('fulfilment')
  @ReportRoute('What became of the owed calls, failures by reason', analyticsFulfilment)
  fulfilment(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
  ): Promise<AnalyticsFulfilment> {
    return this.read.fulfilment(principal, couponId);
  }

  @Get('export')
  @CsvRoute('One of these reports as CSV', 'coupon_not_found')
  async export(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
    @Query({ schema: analyticsExportQuery }) { report, ...query }: AnalyticsExportQuery,
  ): Promise<StreamableFile> {
    // Read before the answer begins: what is refused is a problem, not half a file.
    return csvFile(`${report}.csv`, await this.reportOf(principal, couponId, report, query));
  }

  private async reportOf(
    principal: Principal,
    couponId: string,
    report: AnalyticsExportQuery['report'],
    query: SeriesQuery,
  ): Promise<AsyncGenerator<string>> {
    if (report === 'series') return reportCsv.series(await this.series.run(principal, couponId, query));
    if (report === 'stores') return reportCsv.stores(await this.read.stores(principal, couponId));
    if (report === 'refusals') return reportCsv.refusals(await this.read.refusals(principal, couponId));
    if (report === 'fulfilment') return reportCsv.fulfilment(await this.read.fulfilment(principal, couponId));
    return reportCsv.summary(await this.read.summary(principal, couponId));
  }
}
