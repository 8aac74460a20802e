import { impressionsBody, type ImpressionsBody, impressionsTaken, type ImpressionsTaken } from '#contracts';
import { type CommandOutcome, type CommandRequest, IdempotentCommand, Roles } from '#platform';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ReportImpressions } from '../use-cases/report-impressions.js';

@ApiTags('Analytics')
@Roles('end_user')
@Controller('v1/impressions')
export class ImpressionsController {
  constructor(private readonly reportImpressions: ReportImpressions) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({
    summary: 'Tell which coupons the user saw, up to 100 at a time',
    description:
      'Apps collect impressions, also while they are offline, and send them together. The answer does not tell which of the coupons exist.',
  })
  @ApiAcceptedResponse({ standardSchema: impressionsTaken })
  report(
    @IdempotentCommand() command: CommandRequest,
    @Body({ schema: impressionsBody }) body: ImpressionsBody,
  ): Promise<CommandOutcome<ImpressionsTaken>> {
    return this.reportImpressions.run(command, body);
  }
}
