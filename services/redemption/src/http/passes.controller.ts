import { Body, Controller, Header, Param, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { id, passBody, passView, type PassView } from '#contracts';
import { type CommandOutcome, type CommandRequest, IdempotentCommand, Refuses, Roles } from '#platform';
import { passRefusals } from '../domain/pass-terms.js';
import { IssuePass } from '../use-cases/issue-pass.js';

@ApiTags('Codes')
@Roles('end_user')
@Controller('v1/coupons/:couponId/pass')
export class PassesController {
  constructor(private readonly issuePass: IssuePass) {}

  @Post()
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Fetch the pass for a qr coupon, ahead of time',
    description:
      "With it the phone shows codes without the network (docs/qr-codes.md). It belongs to the token's device; fetched " +
      'on another one it moves there. The time limit and missing points do not keep anybody from fetching it.',
  })
  @Refuses(...passRefusals, 'device_required')
  @ApiCreatedResponse({ standardSchema: passView, description: 'Valid until `validUntil`, 30 days at most.' })
  issue(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @Body({ schema: passBody.optional() }) _body: unknown,
  ): Promise<CommandOutcome<PassView>> {
    return this.issuePass.run(command, couponId);
  }
}
