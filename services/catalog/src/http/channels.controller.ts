import {
  channelPage,
  factAccepted,
  id,
  pageQuery,
  type PageQuery,
  putChannelBody,
  type PutChannelBody,
} from '#contracts';
import { CurrentPrincipal, type Principal, Roles } from '#platform';
import { Body, Controller, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListChannels } from '../use-cases/list-channels.js';
import { PutChannel } from '../use-cases/put-channel.js';
import { channelCursor } from './cursor.js';
import { channelPageAnswer, pageRequest } from './page.dto.js';

@ApiTags('Channels')
@Controller('v1/channels')
export class ChannelsController {
  constructor(
    private readonly listChannels: ListChannels,
    private readonly putChannel: PutChannel,
  ) {}

  @Get()
  @Roles('channel_owner')
  @ApiOperation({ summary: "List the caller's channels" })
  @ApiOkResponse({ standardSchema: channelPage })
  async list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuery }) query: PageQuery) {
    return channelPageAnswer(await this.listChannels.run(principal, pageRequest(query, channelCursor)));
  }

  @Put(':channelId')
  @HttpCode(202)
  @Roles('service')
  @ApiOperation({ summary: 'Put in a fact about a channel; it takes effect through its topic' })
  @ApiAcceptedResponse({ standardSchema: factAccepted })
  put(
    @CurrentPrincipal() principal: Principal,
    @Param('channelId', { schema: id }) channelId: string,
    @Body({ schema: putChannelBody }) body: PutChannelBody,
  ): Promise<{ eventId: string }> {
    return this.putChannel.run(principal, channelId, body);
  }
}
