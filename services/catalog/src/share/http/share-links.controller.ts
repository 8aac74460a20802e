import {
  id,
  pageQuery,
  type PageQuery,
  shareCode,
  sharedCoupon,
  type SharedCoupon,
  shareLinkBody,
  shareLinkPage,
  shareLinkView,
  type ShareLinkView,
  shareQrQuery,
  type ShareQrQuery,
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
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, StreamableFile } from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import qrcode from 'qrcode';
import { idCursor } from '../../http/cursor.js';
import { idPageAnswer, pageRequest } from '../../http/page.dto.js';
import { ManageShareLinks } from '../use-cases/manage-share-links.js';
import { OpenShareLink } from '../use-cases/open-share-link.js';

@ApiTags('Share links')
@Roles('channel_owner', 'tenant_admin')
@Controller('v1')
export class ShareLinksController {
  constructor(
    private readonly links: ManageShareLinks,
    private readonly openLink: OpenShareLink,
  ) {}

  @Post('coupons/:couponId/share-links')
  @Refuses('coupon_not_found', 'wrong_state')
  @ApiOperation({ summary: 'Make a short link to a published coupon' })
  @ApiCreatedResponse({ standardSchema: shareLinkView })
  create(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @Body({ schema: shareLinkBody }) _body: unknown,
  ): Promise<CommandOutcome<ShareLinkView>> {
    return this.links.create(command, couponId);
  }

  @Get('coupons/:couponId/share-links')
  @Refuses('coupon_not_found')
  @ApiOperation({ summary: 'The links to a coupon, without those that were revoked, the latest first' })
  @ApiOkResponse({ standardSchema: shareLinkPage })
  async list(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
    @Query({ schema: pageQuery }) query: PageQuery,
  ) {
    const page = await this.links.list(principal, couponId, pageRequest(query, idCursor));
    return idPageAnswer(page, ({ linkId }) => linkId);
  }

  @Get('coupons/:couponId/share-links/:linkId/qr')
  @Refuses('coupon_not_found', 'share_link_not_found')
  @ApiOperation({ summary: 'The link as a QR code' })
  @ApiOkResponse({
    content: Object.fromEntries(
      ['image/svg+xml', 'image/png'].map((type) => [type, { schema: { type: 'string', format: 'binary' } }]),
    ),
  })
  async qr(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
    @Param('linkId', { schema: id }) linkId: string,
    @Query({ schema: shareQrQuery }) { format }: ShareQrQuery,
  ): Promise<StreamableFile> {
    const { url } = await this.links.find(principal, couponId, linkId);
    return format === 'png'
      ? new StreamableFile(await qrcode.toBuffer(url, { width: 512 }), { type: 'image/png' })
      : new StreamableFile(Buffer.from(await qrcode.toString(url, { type: 'svg' })), {
          type: 'image/svg+xml',
        });
  }

  @Delete('coupons/:couponId/share-links/:linkId')
  @Refuses('coupon_not_found', 'share_link_not_found')
  @HttpCode(204)
  @ApiOperation({ summary: 'Revoke a link: from then on it leads nowhere' })
  @ApiNoContentResponse({ description: 'It is revoked.' })
  revoke(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @Param('linkId', { schema: id }) linkId: string,
  ): Promise<CommandOutcome<null>> {
    return this.links.revoke(command, couponId, linkId);
  }

  @Get('share-links/:code')
  @Roles('end_user')
  @Refuses('share_link_not_found')
  @ApiOperation({
    summary: 'Which coupon a shared link leads to, for the app',
    description: 'Having the link gives no right to the coupon: followers, segment and window count as ever.',
  })
  @ApiOkResponse({ standardSchema: sharedCoupon })
  resolve(
    @CurrentPrincipal() principal: Principal,
    @Param('code', { schema: shareCode }) code: string,
  ): Promise<SharedCoupon> {
    return this.openLink.resolve(principal, code);
  }
}
