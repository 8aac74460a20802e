import {
  putTenantSettingsBody,
  type PutTenantSettingsBody,
  tenantSettingsView,
  type TenantSettingsView,
} from '#contracts';
import { type CommandOutcome, CurrentPrincipal, type Principal, Refuses, Roles } from '#platform';
import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PutTenantSettings } from '../use-cases/put-tenant-settings.js';
import { ReadTenantSettings } from '../use-cases/read-tenant-settings.js';
import { RequiredIfMatch } from './if-match.decorator.js';

/** The tenant is the token's: nobody names another one. */
@ApiTags('Tenant')
@Controller('v1/tenant-settings')
export class TenantSettingsController {
  constructor(
    private readonly readSettings: ReadTenantSettings,
    private readonly putSettings: PutTenantSettings,
  ) {}

  @Get()
  @Roles('tenant_admin', 'channel_owner', 'cashier')
  @ApiOperation({ summary: 'What the tenant decides for all of its accounts' })
  @ApiOkResponse({ standardSchema: tenantSettingsView })
  read(@CurrentPrincipal() principal: Principal): Promise<CommandOutcome<TenantSettingsView>> {
    return this.readSettings.run(principal);
  }

  @Put()
  @Roles('tenant_admin')
  @Refuses('version_conflict')
  @ApiOperation({ summary: "Replace the tenant's settings; they take effect within seconds" })
  @ApiOkResponse({ standardSchema: tenantSettingsView })
  put(
    @CurrentPrincipal() principal: Principal,
    @RequiredIfMatch() expectedVersion: number | null,
    @Body({ schema: putTenantSettingsBody }) body: PutTenantSettingsBody,
  ): Promise<CommandOutcome<TenantSettingsView>> {
    return this.putSettings.run(principal, expectedVersion, body);
  }
}
