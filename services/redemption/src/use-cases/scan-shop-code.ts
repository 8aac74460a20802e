import { Injectable } from '@nestjs/common';
import type { CommandRequest } from '#platform';
import { type CodeAnswer, codeRefused } from '../domain/code-answer.js';
import { refusalOf } from '../domain/refusal-words.js';
import { never } from '../domain/rules/rule.js';
import { CheckCode } from './check-code.js';
import { RedeemByCode } from './redeem-by-code.js';

/** A user scans a print, or what the Partner app shows (T2). */
@Injectable()
export class ScanShopCode {
  constructor(
    private readonly checkCode: CheckCode,
    private readonly redeemByCode: RedeemByCode,
  ) {}

  /** @throws what PostgreSQL throws when it is away; the same request may then be sent again */
  async run(command: CommandRequest, text: string): Promise<CodeAnswer> {
    const checked = await this.checkCode.run(command, text);
    if (checked.kind === 'answered') return checked.answer;
    const { code } = checked;
    const { subject: userId } = command.principal;
    switch (code.kind) {
      case 'pass':
        return codeRefused(
          'code_wrong_scanner',
          "It is the code of a user's phone: cashiers scan it, not users.",
        );
      case 'printed': {
        const { couponId, generation } = code;
        const means = { kind: 'printed_code', generation } as const;
        return this.redeemByCode.run(command, { couponId, userId, means: () => means });
      }
      case 'screen': {
        const { couponId, cashierId, storeId, step, until } = code;
        // Says nothing of the present: the key ends at this step, whenever the code is sent.
        if (step >= until) return { kind: 'refused', refusal: refusalOf(never('code_expired')) };
        return this.redeemByCode.run(command, {
          couponId,
          userId,
          cashier: { cashierId, storeId },
          means: (cashier) => ({ kind: 'screen_code', step, cashier }),
        });
      }
    }
  }
}
