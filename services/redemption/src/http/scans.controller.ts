import { Body, Controller, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  codeRedemptionBody,
  type CodeRedemptionBody,
  couponHint,
  redemptionView,
  type RedemptionView,
  scanBody,
  type ScanBody,
} from '#contracts';
import { type CommandOutcome, type CommandRequest, IdempotentCommand, Refuses, Roles } from '#platform';
import { codeRefusalCodes } from '../domain/code-answer.js';
import { refusalsBy } from '../domain/rules/rules.js';
import { ScanPass } from '../use-cases/scan-pass.js';
import { ScanShopCode } from '../use-cases/scan-shop-code.js';
import { codeOutcomeOrProblem } from './code-answer.js';

@ApiTags('Codes')
@Controller('v1')
export class ScansController {
  constructor(
    private readonly scanPass: ScanPass,
    private readonly scanShopCode: ScanShopCode,
  ) {}

  @Post('scans')
  @Roles('cashier')
  @ApiOperation({
    summary: "Redeem the code that a user's phone shows",
    description:
      'Scanned or typed by hand (docs/qr-codes.md). When an answer got lost, send the same body again with the same key, ' +
      'also when the phone shows another code by now.',
  })
  @Refuses(...refusalsBy('pass'), ...codeRefusalCodes, 'rate_limited')
  @ApiCreatedResponse({ standardSchema: redemptionView, description: 'Committed.' })
  async scan(
    @IdempotentCommand() command: CommandRequest,
    @Query({ schema: couponHint }) _hint: unknown,
    @Body({ schema: scanBody }) { code }: ScanBody,
  ): Promise<CommandOutcome<RedemptionView>> {
    return codeOutcomeOrProblem(await this.scanPass.run(command, code));
  }

  @Post('code-redemptions')
  @Roles('end_user')
  @ApiOperation({
    summary: 'Redeem by scanning a print or what the Partner app shows',
    description:
      'The scan redeems, without a second tap. When an answer got lost, send the same body again with the same key.',
  })
  @Refuses(...refusalsBy('printed_code', 'screen_code'), ...codeRefusalCodes, 'rate_limited')
  @ApiCreatedResponse({ standardSchema: redemptionView, description: 'Committed.' })
  async redeem(
    @IdempotentCommand() command: CommandRequest,
    @Query({ schema: couponHint }) _hint: unknown,
    @Body({ schema: codeRedemptionBody }) { code }: CodeRedemptionBody,
  ): Promise<CommandOutcome<RedemptionView>> {
    return codeOutcomeOrProblem(await this.scanShopCode.run(command, code));
  }
}
