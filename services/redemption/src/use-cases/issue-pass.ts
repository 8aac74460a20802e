import { Injectable } from '@nestjs/common';
import type { PassView } from '#contracts';
import {
  CommandOutcome,
  type CommandRequest,
  IdempotentCommands,
  ProblemError,
  TenantDatabase,
} from '#platform';
import { base64url, passReference, STEP_SECONDS } from '#qr-codes';
import { CodeKeys } from '../codes/code-keys.js';
import { deviceTagNumber, deviceTagOf } from '../codes/device-tag.js';
import { passRefusal, passValidUntil } from '../domain/pass-terms.js';
import type { Refusal } from '../domain/refusal.js';
import { refusalOf } from '../domain/refusal-words.js';
import { never } from '../domain/rules/rule.js';
import { CouponFactsStore, type CouponFacts, NO_RESERVATION } from '../store/coupon-facts.store.js';
import { PassStore } from '../store/pass.store.js';
import { ReadSlots } from '../store/read-slots.js';
import { requestFingerprint } from './request-identity.js';

/** What of a pass may lie in the database: the key does not, it is derived again whenever it is asked for. */
type StoredPass = Omit<PassView, 'key' | 'serverTime'>;

/** A wallet fetches, ahead of time, what its phone needs to show codes without the network (T1). */
@Injectable()
export class IssuePass {
  constructor(
    private readonly facts: CouponFactsStore,
    private readonly slots: ReadSlots,
    private readonly commands: IdempotentCommands,
    private readonly database: TenantDatabase,
    private readonly passes: PassStore,
    private readonly keys: CodeKeys,
  ) {}

  /**
   * 201, also a repeated one, says that this device holds the pass now: if it has moved since, it comes back.
   * @throws ProblemError `device_required`, or with the rule that keeps the user from the coupon; nothing changes then
   */
  async run(command: CommandRequest, couponId: string): Promise<CommandOutcome<PassView>> {
    const { tenantId, subject: userId, device: deviceId } = command.principal;
    const entry = { couponId, userId, reservationId: NO_RESERVATION };
    const facts = await this.slots.run(() => this.facts.read(tenantId, [couponId], [entry]));
    if (!facts.coupons.has(couponId)) throw problemOf(refusalOf(never('coupon_not_found')));
    if (deviceId === undefined) throw new ProblemError('device_required');
    const deviceTag = deviceTagOf(tenantId, deviceId);
    // Copies of one request may come from two devices: the key of one must not be told to the other.
    const ofDevice = { ...command, bodyHash: requestFingerprint(deviceId, command.bodyHash) };
    const pass = { couponId, userId, deviceTag };
    const reference = await passReference(pass);
    const holder = { couponId, userId, deviceId, deviceTag: deviceTagNumber(deviceTag), reference };
    const { status, body, replayed } = await this.commands.run<StoredPass>(ofDevice, async (tx) => {
      const validUntil = new Date(validUntilOf(facts, couponId));
      await this.passes.put(tx, tenantId, { ...holder, validUntil });
      const view = { ...pass, stepSeconds: STEP_SECONDS, validUntil: validUntil.toISOString() };
      return { status: 201, body: view };
    });
    if (replayed) {
      const again = { ...holder, validUntil: new Date(body.validUntil) };
      await this.database.transaction(tenantId, (tx) => this.passes.bringBack(tx, tenantId, again));
    }
    const key = this.keys.present({ kind: 'pass', tenantId, couponId, userId, deviceTag });
    // The time of this very answer, also when it is told again: the phone sets its offset by it.
    const serverTime = new Date(facts.now).toISOString();
    return new CommandOutcome({ status, replayed, body: { ...body, key: base64url(key), serverTime } });
  }
}

/** @throws ProblemError of the first rule that says no */
function validUntilOf({ now, coupons, entries }: CouponFacts, couponId: string): number {
  const [coupon, person] = [coupons.get(couponId), entries[0]?.person];
  if (coupon === undefined || person === undefined) throw problemOf(refusalOf(never('coupon_not_found')));
  if (coupon.type !== 'qr') throw problemOf(refusalOf(never('coupon_wrong_type'), coupon));
  const failed = passRefusal(coupon, person, now);
  if (failed !== undefined) throw problemOf(failed.refusal);
  return passValidUntil(coupon, person, now);
}

function problemOf({ code, ...extras }: Refusal): ProblemError {
  return new ProblemError(code, extras);
}
