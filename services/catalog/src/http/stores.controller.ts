import {
  factAccepted,
  id,
  pageQuery,
  type PageQuery,
  storePage,
  putStoreBody,
  type PutStoreBody,
} from '#contracts';
import { CurrentPrincipal, type Principal, Roles } from '#platform';
import { Body, Controller, Get, HttpCode, Param, Put, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ListStores } from '../use-cases/list-stores.js';
import { PutStore } from '../use-cases/put-store.js';
import { idCursor } from './cursor.js';
import { idPageAnswer, pageRequest } from './page.dto.js';

@ApiTags('Accounts')
@Controller('v1/stores')
export class StoresController {
  constructor(
    private readonly listStores: ListStores,
    private readonly putStore: PutStore,
  ) {}

  @Get()
  @Roles('channel_owner')
  @ApiOperation({ summary: "List the stores of the caller's accounts" })
  @ApiOkResponse({ standardSchema: storePage })
  async list(@CurrentPrincipal() principal: Principal, @Query({ schema: pageQuery }) query: PageQuery) {
    const page = await this.listStores.run(principal, pageRequest(query, idCursor));
    return idPageAnswer(page, ({ storeId }) => storeId);
  }

  @Put(':storeId')
  @HttpCode(202)
  @Roles('service')
  @ApiOperation({ summary: 'Put in a fact about a store; it takes effect through its topic' })
  @ApiAcceptedResponse({ standardSchema: factAccepted })
  put(
    @CurrentPrincipal() principal: Principal,
    @Param('storeId', { schema: id }) storeId: string,
    @Body({ schema: putStoreBody }) body: PutStoreBody,
  ): Promise<{ eventId: string }> {
    return this.putStore.run(principal, storeId, body);
  }
}
