import { Body, Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  id,
  printedCodeBody,
  type PrintedCodeBody,
  printedCodeView,
  type PrintedCodeView,
  screenCodeBody,
  screenCodeView,
  type ScreenCodeView,
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
import { PrintPool } from '../printing/print-pool.js';
import { IssueScreenCode } from '../use-cases/issue-screen-code.js';
import { PrintCode } from '../use-cases/print-code.js';

const fileOf = (mediaType: string) => ({
  description: 'The code as it was printed last.',
  content: { [mediaType]: { schema: { type: 'string' as const, format: 'binary' } } },
});

const refusedCaller = [
  'coupon_not_found',
  'coupon_wrong_type',
  'other_partner',
  'store_not_allowed',
] as const;

/** Codes that users scan (T2). */
@ApiTags('Codes')
@Controller('v1/coupons/:couponId')
export class ShopCodesController {
  constructor(
    private readonly issueScreenCode: IssueScreenCode,
    private readonly printCode: PrintCode,
    private readonly printPool: PrintPool,
  ) {}

  @Post('screen-code')
  @Roles('cashier')
  @Refuses(...refusedCaller)
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Fetch what the Partner app needs to show a rotating code',
    description: 'Changes nothing, so it needs no Idempotency-Key. Fetch it again before `validUntil`.',
  })
  @ApiOkResponse({ standardSchema: screenCodeView })
  screenCode(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
    @Body({ schema: screenCodeBody.optional() }) _body: unknown,
  ): Promise<ScreenCodeView> {
    return this.issueScreenCode.run(principal, couponId);
  }

  @Post('printed-code')
  @Roles('channel_owner', 'cashier')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Make the code that is printed, or renew it',
    description:
      'With `renew`, what was printed before stops working. Without it, the present code is given again.',
  })
  @Refuses(...refusedCaller, 'coupon_finished', 'print_needs_limit')
  @ApiCreatedResponse({ standardSchema: printedCodeView })
  print(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @Body({ schema: printedCodeBody }) body: PrintedCodeBody,
  ): Promise<CommandOutcome<PrintedCodeView>> {
    return this.printCode.run(command, couponId, body);
  }

  @Get('printed-code.svg')
  @Roles('channel_owner', 'cashier')
  @Refuses(...refusedCaller, 'print_not_found')
  @Header('cache-control', 'no-store')
  @Header('content-type', 'image/svg+xml')
  @ApiOperation({ summary: 'The printed code as SVG' })
  @ApiOkResponse(fileOf('image/svg+xml'))
  async svg(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
  ): Promise<Buffer> {
    return this.printPool.print('svg', await this.printCode.sheet(principal, couponId));
  }

  @Get('printed-code.png')
  @Roles('channel_owner', 'cashier')
  @Refuses(...refusedCaller, 'print_not_found')
  @Header('cache-control', 'no-store')
  @Header('content-type', 'image/png')
  @ApiOperation({ summary: 'The printed code as PNG' })
  @ApiOkResponse(fileOf('image/png'))
  async png(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
  ): Promise<Buffer> {
    return this.printPool.print('png', await this.printCode.sheet(principal, couponId));
  }

  @Get('printed-code.pdf')
  @Roles('channel_owner', 'cashier')
  @Refuses(...refusedCaller, 'print_not_found')
  @Header('cache-control', 'no-store')
  @Header('content-type', 'application/pdf')
  @ApiOperation({ summary: 'A sheet of A4 with the printed code, to hang up' })
  @ApiOkResponse(fileOf('application/pdf'))
  async pdf(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
  ): Promise<Buffer> {
    return this.printPool.print('pdf', await this.printCode.sheet(principal, couponId));
  }
}
