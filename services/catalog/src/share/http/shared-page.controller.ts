import { createHash } from 'node:crypto';
import { Public } from '#platform';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { OpenShareLink } from '../use-cases/open-share-link.js';
import { noPageHtml, sharedPageHtml } from './page-html.js';
import { pageStyle } from './page-style.js';

const styleHash = createHash('sha256').update(pageStyle).digest('base64');
const headers = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; img-src https: http:; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
};
const html = { 'text/html': { schema: { type: 'string' } } } as const;

/** Behind the short address of the front door, `/s/{code}`. */
@ApiTags('Share links')
@Controller('v1/shared')
export class SharedPageController {
  constructor(private readonly openLink: OpenShareLink) {}

  @Get(':code')
  @Public()
  @ApiOperation({ summary: 'The page that a shared link opens, with its preview for messengers' })
  @ApiOkResponse({ content: html })
  @ApiNotFoundResponse({ description: 'The link leads nowhere, or not any more.', content: html })
  async page(
    // Whatever it is: people who mistyped get a page, too.
    @Param('code', { schema: z.string().max(100) }) code: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const page = await this.openLink.page(code, addressOf(request));
    void reply.status(page === null ? 404 : 200).headers(headers);
    return page === null ? noPageHtml() : sharedPageHtml(page);
  }
}

/** As the hop before this one saw it: what stands further left could be anybody's claim. */
function addressOf({ headers, ip }: FastifyRequest): string {
  return (
    String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .at(-1)
      ?.trim() || ip
  );
}
