import { Injectable } from '@nestjs/common';
import type { PrintedCodeView } from '#contracts';
import {
  CommandOutcome,
  type CommandRequest,
  IdempotentCommands,
  type Principal,
  ProblemError,
  TenantDatabase,
} from '#platform';
import { signedCode } from '#qr-codes';
import { CodeKeys } from '../codes/code-keys.js';
import { printNeedsLimit } from '../domain/pass-terms.js';
import { CouponFactsStore } from '../store/coupon-facts.store.js';
import { PrintedCodeStore } from '../store/printed-code.store.js';
import { ReadSlots } from '../store/read-slots.js';
import { CouponOfCaller } from './coupon-of-caller.js';

/** What of a print lies in the database: the code itself does not. */
type StoredPrint = Omit<PrintedCodeView, 'code'>;

/** What goes on paper. */
export interface Sheet {
  readonly code: string;
  readonly generation: number;
  readonly couponName: string;
}

/** The code that hangs on a wall (T2): makes it, renews it, and says what it is. */
@Injectable()
export class PrintCode {
  constructor(
    private readonly couponOfCaller: CouponOfCaller,
    private readonly facts: CouponFactsStore,
    private readonly commands: IdempotentCommands,
    private readonly database: TenantDatabase,
    private readonly slots: ReadSlots,
    private readonly prints: PrintedCodeStore,
    private readonly keys: CodeKeys,
  ) {}

  /** @throws ProblemError as CouponOfCaller, `coupon_finished`, `print_needs_limit` */
  async run(
    command: CommandRequest,
    couponId: string,
    { renew }: { renew: boolean },
  ): Promise<CommandOutcome<PrintedCodeView>> {
    const { tenantId, subject: printedBy } = command.principal;
    await this.couponOfCaller.run(command.principal, couponId);
    const { status, body, replayed } = await this.commands.run<StoredPrint>(command, async (tx) => {
      const coupon = await this.facts.lockedCoupon(tx, tenantId, couponId);
      if (coupon === undefined) throw new ProblemError('coupon_not_found');
      if (coupon.status === 'finished' || coupon.stock.finished) throw new ProblemError('coupon_finished');
      if (printNeedsLimit(coupon))
        throw new ProblemError('print_needs_limit', {
          detail:
            coupon.stock.max === null
              ? 'Each redemption sets off a trigger.'
              : `There are ${coupon.stock.max} redemptions in all.`,
        });
      const { generation, createdAt } = await this.prints.print(tx, tenantId, { couponId, printedBy, renew });
      return { status: 201, body: { couponId, generation, createdAt: createdAt.toISOString() } };
    });
    const code = await this.codeOf(tenantId, couponId, body.generation);
    return new CommandOutcome({ status, replayed, body: { ...body, code } });
  }

  /** @throws ProblemError as CouponOfCaller; `print_not_found` */
  async sheet(principal: Principal, couponId: string): Promise<Sheet> {
    const { tenantId } = principal;
    await this.couponOfCaller.run(principal, couponId);
    const { print, name } = await this.slots.run(() =>
      this.database.read(tenantId, async (tx) => ({
        print: await this.prints.present(tx, tenantId, couponId),
        name: await this.prints.nameOf(tx, tenantId, couponId),
      })),
    );
    if (print === undefined) throw new ProblemError('print_not_found');
    const code = await this.codeOf(tenantId, couponId, print.generation);
    return { code, generation: print.generation, couponName: name ?? '' };
  }

  private codeOf(tenantId: string, couponId: string, generation: number): Promise<string> {
    const key = this.keys.present({ kind: 'printed', tenantId, couponId });
    return signedCode(key, { kind: 'printed', couponId, generation });
  }
}
