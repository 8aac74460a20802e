import type { BulkBody, BulkResult, BulkResults } from '#contracts';
import { CommandOutcome, type CommandRequest, IdempotentCommands, ProblemError } from '#platform';
import { Injectable } from '@nestjs/common';
import { ActOnCoupon } from './act-on-coupon.js';

@Injectable()
export class ActOnCoupons {
  constructor(
    private readonly commands: IdempotentCommands,
    private readonly actOnCoupon: ActOnCoupon,
  ) {}

  /**
   * One coupon after the other, each in a transaction of its own: one that is refused stops no other. Repeated with the
   * same key, those that were done answer as before, the others are tried again.
   */
  async run(command: CommandRequest, { action, couponIds }: BulkBody): Promise<CommandOutcome<BulkResults>> {
    // Binds the key to this body before anything is done.
    const { replayed } = await this.commands.run(command, async () => ({ status: 200, body: null }));
    const results: BulkResult[] = [];
    for (const couponId of couponIds) results.push(await this.act(command, couponId, action));
    return new CommandOutcome({ status: 200, body: { results }, replayed });
  }

  private async act(
    command: CommandRequest,
    couponId: string,
    action: BulkBody['action'],
  ): Promise<BulkResult> {
    const single = { ...command, route: `${command.route} couponId=${couponId}` };
    try {
      const { body } = await this.actOnCoupon.run(single, { couponId, action, expectedVersion: null });
      return { couponId, coupon: body, problem: null };
    } catch (error) {
      // A server that is away fails the whole request: it is to be repeated.
      if (!(error instanceof ProblemError) || error.status >= 500) throw error;
      const { status, code, extras } = error;
      const { detail } = extras;
      return { couponId, coupon: null, problem: { status, code, ...(detail !== undefined && { detail }) } };
    }
  }
}
