import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { evidenceView, type EvidenceView } from '#contracts';
import { CurrentPrincipal, type Principal, Refuses, Roles } from '#platform';
import { ShowEvidence } from '../use-cases/show-evidence.js';

const evidenceToken = z
  .string()
  .regex(/^[\w-]{51}$/, 'must be the token of an evidence: 51 characters of base64url');

@ApiTags('Redemptions')
@Roles('end_user')
@Controller('v1/evidence')
export class EvidenceController {
  constructor(private readonly showEvidence: ShowEvidence) {}

  @Get(':token')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Show the evidence of a time-based redemption again',
    description:
      'For 180 seconds from the commit, whatever becomes of the coupon; its user alone may see it. Once the redemption is ' +
      'taken back it proves nothing any more: `evidence_not_found`, as for a token that never was.',
  })
  @Refuses('evidence_not_found', 'evidence_expired')
  @ApiOkResponse({ standardSchema: evidenceView })
  show(
    @CurrentPrincipal() principal: Principal,
    @Param('token', { schema: evidenceToken }) token: string,
  ): Promise<EvidenceView> {
    return this.showEvidence.run(principal, token);
  }
}
