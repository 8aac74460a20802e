import { capRequestView, type CapRequestView, id, requestCapBody, type RequestCapBody } from '#contracts';
import {
  type CommandOutcome,
  type CommandRequest,
  CurrentPrincipal,
  IdempotentCommand,
  type Principal,
  Refuses,
  Roles,
} from '#platform';
import { Body, Controller, Get, Param, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ReadCapRequest } from '../use-cases/read-cap-request.js';
import { RequestCap } from '../use-cases/request-cap.js';

@ApiTags('Coupons')
@Roles('channel_owner')
@Controller('v1/coupons/:couponId/cap-requests')
export class CapRequestsController {
  constructor(
    private readonly requestCap: RequestCap,
    private readonly readCapRequest: ReadCapRequest,
  ) {}

  @Post()
  @Refuses('coupon_not_found', 'wrong_state')
  @ApiOperation({ summary: 'Ask for another total cap of a published coupon' })
  @ApiOkResponse({ standardSchema: capRequestView, description: 'Decided: see `state` and `reason`.' })
  @ApiAcceptedResponse({
    standardSchema: capRequestView,
    description: 'Not decided yet; the header Location names the address of the request.',
  })
  request(
    @IdempotentCommand() command: CommandRequest,
    @Param('couponId', { schema: id }) couponId: string,
    @Body({ schema: requestCapBody }) body: RequestCapBody,
  ): Promise<CommandOutcome<CapRequestView>> {
    return this.requestCap.run(command, couponId, body);
  }

  @Get(':requestId')
  @Refuses('coupon_not_found', 'cap_request_not_found')
  @ApiOperation({ summary: 'Read what became of a request for another cap' })
  @ApiOkResponse({ standardSchema: capRequestView })
  read(
    @CurrentPrincipal() principal: Principal,
    @Param('couponId', { schema: id }) couponId: string,
    @Param('requestId', { schema: id }) requestId: string,
  ): Promise<CapRequestView> {
    return this.readCapRequest.run(principal, { couponId, requestId });
  }
}
