import { Controller, Get, Header, Headers, Query, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { messagePage, type MessageView, type PageQuery, pageQuery } from '#contracts';
import { CurrentPrincipal, type Principal, Roles } from '#platform';
import { ReadInbox } from '../use-cases/read-inbox.js';
import { StreamInbox } from '../use-cases/stream-inbox.js';
import { cursorOf, positionOfCursor, positionOfEventId } from './inbox-position.js';

@ApiTags('inbox')
@Roles('end_user', 'channel_owner')
@Controller('v1/inbox')
export class InboxController {
  constructor(
    private readonly readInbox: ReadInbox,
    private readonly streamInbox: StreamInbox,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'My messages, newest first',
    description: 'To users: what channels tell them. To channel owners: notices about their own channels.',
  })
  @ApiOkResponse({ standardSchema: messagePage })
  async list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: pageQuery }) { limit, cursor }: PageQuery,
  ): Promise<{ items: MessageView[]; nextCursor: string | null }> {
    const before = cursor === undefined ? null : positionOfCursor(cursor);
    const { items, next } = await this.readInbox.run(principal, { before, limit });
    return { items, nextCursor: next === null ? null : cursorOf(next) };
  }

  /** A file without end, not Nest's `@Sse`: a stream that is pulled waits for slow clients instead of piling up. */
  @Get('stream')
  @Header('Cache-Control', 'no-store, no-transform')
  @Header('X-Accel-Buffering', 'no')
  // Kept alive, the connection of a stream that has ended would hold up the process's end.
  @Header('Connection', 'close')
  @ApiOperation({
    summary: 'My new messages, live',
    description:
      'Server-sent events. `message`: a message, with its position as `id`; send the last one as Last-Event-ID to ' +
      'resume without loss. `end`: the reason why the stream ends now (token_expired, shutting_down, replaced, ' +
      'unavailable). Without Last-Event-ID the stream begins with what comes next.',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'Resume behind this position.' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ schema: { type: 'string' } })
  async stream(
    @CurrentPrincipal() principal: Principal,
    @Headers('last-event-id') lastEventId: string | undefined,
  ): Promise<StreamableFile> {
    const after = positionOfEventId(lastEventId);
    const events = await this.streamInbox.open(principal, after);
    return new StreamableFile(events, { type: 'text/event-stream' });
  }
}
