import { Controller, Get, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Public } from '../auth/access.decorators.js';
import { HealthChecks } from './health-checks.js';
import type { HealthReport } from './health-checks.js';

/** For probes; the front door does not pass it on. */
@ApiExcludeController()
@Public()
@Controller('health')
export class HealthController {
  constructor(private readonly checks: HealthChecks) {}

  @Get('live')
  async live(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    return answer(reply, await this.checks.run('live'));
  }

  @Get('ready')
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    return answer(reply, await this.checks.run('ready'));
  }
}

function answer(reply: FastifyReply, report: HealthReport): HealthReport {
  void reply.code(report.ok ? 200 : 503);
  return report;
}
