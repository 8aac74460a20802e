import { Body, Controller, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  factAccepted,
  followerPage,
  id,
  type PageQuery,
  pageQuery,
  type PutFollowBody,
  putFollowBody,
} from '#contracts';
import { CurrentPrincipal, type Principal, Roles } from '#platform';
import { ListFollowers } from '../use-cases/list-followers.js';
import { SubmitFollow } from '../use-cases/submit-follow.js';
import { cursorOf, userIdOfCursor } from './follower-cursor.js';

@ApiTags('followers')
@Roles('service')
@Controller('v1/channels/:channelId/followers')
export class FollowersController {
  constructor(
    private readonly listFollowers: ListFollowers,
    private readonly submitFollow: SubmitFollow,
  ) {}

  @Put(':userId')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Tell that a user follows a channel, or does no longer',
    description:
      'Takes effect when it comes back over its topic; a revision that is no newer than what was put in before is not sent, and the answer names the fact that stands.',
  })
  @ApiAcceptedResponse({ standardSchema: factAccepted })
  async put(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('channelId', { schema: id }) channelId: string,
    @Param('userId', { schema: id }) userId: string,
    @Body({ schema: putFollowBody }) body: PutFollowBody,
  ): Promise<{ eventId: string }> {
    return { eventId: await this.submitFollow.run(tenantId, { channelId, userId }, body) };
  }

  @Get()
  @ApiOperation({ summary: "A channel's present followers, by user id" })
  @ApiOkResponse({ standardSchema: followerPage })
  async list(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('channelId', { schema: id }) channelId: string,
    @Query({ schema: pageQuery }) { limit, cursor }: PageQuery,
  ): Promise<{ items: { userId: string; followingSince: string }[]; nextCursor: string | null }> {
    const afterUserId = cursor === undefined ? null : userIdOfCursor(cursor);
    const { followers, next } = await this.listFollowers.run(tenantId, channelId, { afterUserId, limit });
    return {
      items: followers.map(({ userId, since }) => ({ userId, followingSince: since.toISOString() })),
      nextCursor: next === null ? null : cursorOf(next),
    };
  }
}
