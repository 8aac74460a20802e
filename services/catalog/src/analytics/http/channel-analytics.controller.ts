import { channelAnalyticsPage, id, pageQuery, type PageQuery } from '#contracts';
import { CurrentPrincipal, type Principal, Refuses, Roles } from '#platform';
import { Controller, Get, Param, Query, type StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { idCursor } from '../../http/cursor.js';
import { idPageAnswer, pageRequest } from '../../http/page.dto.js';
import { ListChannelAnalytics } from '../use-cases/list-channel-analytics.js';
import { channelCsv } from './analytics-csv.js';
import { CsvRoute } from './analytics-routes.js';
import { csvFile } from './csv-file.js';

@ApiTags('Analytics')
@Roles('channel_owner', 'tenant_admin')
@Controller('v1/channels/:channelId/analytics/coupons')
export class ChannelAnalyticsController {
  constructor(private readonly list: ListChannelAnalytics) {}

  @Get()
  @Refuses('channel_not_found')
  @ApiOperation({ summary: 'The coupons of a channel with their figures, the newest first' })
  @ApiOkResponse({ standardSchema: channelAnalyticsPage })
  async coupons(
    @CurrentPrincipal() principal: Principal,
    @Param('channelId', { schema: id }) channelId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ) {
    const page = await this.list.run(principal, channelId, pageRequest(query, idCursor));
    return idPageAnswer(page, ({ couponId }) => couponId);
  }

  @Get('export')
  @CsvRoute('All coupons of a channel with their figures as CSV', 'channel_not_found')
  async export(
    @CurrentPrincipal() principal: Principal,
    @Param('channelId', { schema: id }) channelId: string,
  ): Promise<StreamableFile> {
    return csvFile('coupons-analytics.csv', await begun(channelCsv(this.list.all(principal, channelId))));
  }
}

/** Reads up to the first rows before the answer begins: what is refused is a problem, not half a file. */
async function begun(pieces: AsyncGenerator<string>): Promise<AsyncGenerator<string>> {
  const head = await pieces.next();
  const rows = await pieces.next();
  return (async function* () {
    if (!head.done) yield head.value;
    if (!rows.done) yield rows.value;
    yield* pieces;
  })();
}
