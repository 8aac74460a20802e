import { Body, Controller, HttpCode, Param, Put } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { factAccepted, id, type PutUserBody, putUserBody } from '#contracts';
import { CurrentPrincipal, type Principal, Roles } from '#platform';
import { SubmitUser } from '../use-cases/submit-user.js';

@ApiTags('users')
@Roles('service')
@Controller('v1/users')
export class UsersController {
  constructor(private readonly submitUser: SubmitUser) {}

  @Put(':userId')
  @HttpCode(202)
  @ApiOperation({
    summary: "Tell a user's state: signed up, changed or removed",
    description:
      'Takes effect when it comes back over its topic; a revision that is no newer than what was put in before is not sent, and the answer names the fact that stands.',
  })
  @ApiAcceptedResponse({ standardSchema: factAccepted })
  async put(
    @CurrentPrincipal() { tenantId }: Principal,
    @Param('userId', { schema: id }) userId: string,
    @Body({ schema: putUserBody }) body: PutUserBody,
  ): Promise<{ eventId: string }> {
    return { eventId: await this.submitUser.run(tenantId, userId, body) };
  }
}
