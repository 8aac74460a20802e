import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { id, voidBody, type VoidBody, voidView, type VoidView } from '#contracts';
import { type CommandOutcome, type CommandRequest, IdempotentCommand, Refuses, Roles } from '#platform';
import { voidRefusals } from '../domain/void.js';
import { VoidRedemption } from '../use-cases/void-redemption.js';

@ApiTags('Redemptions')
@Roles('channel_owner', 'cashier')
@Controller('v1/redemptions/:redemptionId/void')
export class VoidsController {
  constructor(private readonly voidRedemption: VoidRedemption) {}

  @Post()
  @HttpCode(200)
  @Refuses(...voidRefusals, 'store_not_allowed')
  @ApiOperation({
    summary: 'Take a redemption back',
    description:
      'By a cashier of the same account or an owner of the channel, for 30 minutes. The price, the use and what is undelivered go back; the bonus is taken back.',
  })
  @ApiOkResponse({ standardSchema: voidView, description: 'Taken back, once and for all.' })
  takeBack(
    @IdempotentCommand() command: CommandRequest,
    @Param('redemptionId', { schema: id }) redemptionId: string,
    @Body({ schema: voidBody.optional() }) body: VoidBody | undefined,
  ): Promise<CommandOutcome<VoidView>> {
    return this.voidRedemption.run(command, redemptionId, body?.reason ?? null);
  }
}
