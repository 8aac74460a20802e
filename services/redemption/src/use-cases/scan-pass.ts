import { Injectable } from '@nestjs/common';
import type { CommandRequest } from '#platform';
import { deviceTagNumber } from '../codes/device-tag.js';
import { type CodeAnswer, codeRefused } from '../domain/code-answer.js';
import { AcceptedBefore } from './accepted-before.js';
import { CheckCode } from './check-code.js';
import { RedeemByCode } from './redeem-by-code.js';

const shown = {
  printed: 'It is a code that hangs in the shop: users scan it, not cashiers.',
  screen: 'It is a code of the Partner app: users scan it, not cashiers.',
};

/** A cashier scans what a user's phone shows (T1). Device, step and the rest are rules of the redemption itself. */
@Injectable()
export class ScanPass {
  constructor(
    private readonly checkCode: CheckCode,
    private readonly acceptedBefore: AcceptedBefore,
    private readonly redeemByCode: RedeemByCode,
  ) {}

  /** @throws what PostgreSQL throws when it is away; the same request may then be sent again */
  async run(command: CommandRequest, text: string): Promise<CodeAnswer> {
    const checked = await this.checkCode.run(command, text);
    if (checked.kind === 'answered') return checked.answer;
    const { code } = checked;
    if (code.kind !== 'pass') return codeRefused('code_wrong_scanner', shown[code.kind]);
    const { subject: cashierId, store: storeId, partner: partnerId } = command.principal;
    const { couponId, userId, step } = code;
    if (partnerId === undefined || storeId === undefined)
      return this.acceptedBefore.run(command, () =>
        codeRefused('store_not_allowed', 'The token names no account or no store.'),
      );
    const deviceTag = deviceTagNumber(code.deviceTag);
    return this.redeemByCode.run(command, {
      couponId,
      userId,
      cashier: { cashierId, storeId, partnerId },
      means: (cashier) => ({ kind: 'pass', step, deviceTag, cashier }),
    });
  }
}
