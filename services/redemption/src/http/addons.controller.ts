import { Body, Controller, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  addonBalancePage,
  addonEntryPage,
  factAccepted,
  id,
  pageQuery,
  type PageQuery,
  putAddonPurchaseBody,
  type PutAddonPurchaseBody,
} from '#contracts';
import { CurrentPrincipal, type Principal, Roles } from '#platform';
import { ListAddonEntries } from '../use-cases/list-addon-entries.js';
import { ListAddons } from '../use-cases/list-addons.js';
import { SubmitPurchase } from '../use-cases/submit-purchase.js';
import { accountCursor, entryCursor } from './position-cursor.js';

@ApiTags('Add-ons')
@Controller('v1')
export class AddonsController {
  constructor(
    private readonly listAddons: ListAddons,
    private readonly listAddonEntries: ListAddonEntries,
    private readonly submitPurchase: SubmitPurchase,
  ) {}

  @Get('addons')
  @Roles('channel_owner')
  @ApiOperation({ summary: "What the accounts behind the caller's channels hold of add-on units" })
  @ApiOkResponse({ standardSchema: addonBalancePage })
  async balances(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuery }) query: PageQuery) {
    return accountCursor.answer(await this.listAddons.run(principal, accountCursor.request(query)));
  }

  @Get('addons/entries')
  @Roles('channel_owner')
  @ApiOperation({ summary: 'Their statement, newest first: bought, spent by redemptions, given back' })
  @ApiOkResponse({ standardSchema: addonEntryPage })
  async entries(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuery }) query: PageQuery) {
    return entryCursor.answer(await this.listAddonEntries.run(principal, entryCursor.request(query)));
  }

  @Put('addon-purchases/:purchaseId')
  @HttpCode(202)
  @Roles('service')
  @ApiOperation({
    summary: 'Put in units that an account bought; they are booked through their topic',
    description: 'Booked once per purchase, however often it is sent.',
  })
  @ApiAcceptedResponse({ standardSchema: factAccepted })
  async putPurchase(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('purchaseId', { schema: id }) purchaseId: string,
    @Body({ schema: putAddonPurchaseBody }) body: PutAddonPurchaseBody,
  ): Promise<{ eventId: string }> {
    return { eventId: await this.submitPurchase.run(tenantId, purchaseId, body) };
  }
}
