import { Injectable } from '@nestjs/common';
import { type Code, readCode } from '#qr-codes';
import type { CommandRequest, Principal } from '#platform';
import { FailedCodes } from '../codes/failed-codes.js';
import { GenuineCodes } from '../codes/genuine-codes.js';
import { type CodeAnswer, codeRefused, type CodeRefusalCode } from '../domain/code-answer.js';
import { AcceptedBefore } from './accepted-before.js';

/** A genuine code, or what its sender is told. */
export type CheckedCode =
  | { readonly kind: 'genuine'; readonly code: Code }
  | { readonly kind: 'answered'; readonly answer: CodeAnswer };

/** The first step of everything that begins with a code: was it made here, for this tenant, and does somebody guess? */
@Injectable()
export class CheckCode {
  constructor(
    private readonly genuineCodes: GenuineCodes,
    private readonly failedCodes: FailedCodes,
    private readonly acceptedBefore: AcceptedBefore,
  ) {}

  /**
   * No request that was accepted is refused here when it comes again.
   * @param text as scanned or typed
   */
  async run(command: CommandRequest, text: string): Promise<CheckedCode> {
    const { principal } = command;
    const waitSeconds = await this.failedCodes.wait(principal);
    const read = waitSeconds === undefined ? await this.read(principal.tenantId, text) : tooMany(waitSeconds);
    if (read.kind === 'genuine') return read;
    // Not asked for the sake of good codes: the redemption itself looks for its key.
    const answer = await this.acceptedBefore.run(command, () =>
      read.kind === 'failed' ? this.failed(principal, read) : read,
    );
    return { kind: 'answered', answer };
  }

  private async read(tenantId: string, text: string): Promise<Genuine | Failed> {
    const read = readCode(text);
    if (read.kind === 'malformed') return { kind: 'failed', code: 'code_malformed', detail: read.reason };
    const code =
      read.kind === 'typed'
        ? await this.genuineCodes.typed(tenantId, read)
        : await this.genuineCodes.scanned(tenantId, read);
    if (code !== undefined) return { kind: 'genuine', code };
    return { kind: 'failed', code: 'code_invalid', detail: 'Its signature does not fit.' };
  }

  private async failed(principal: Principal, { code, detail }: Failed): Promise<CodeAnswer> {
    const waitSeconds = await this.failedCodes.add(principal);
    return waitSeconds === undefined ? codeRefused(code, detail) : tooMany(waitSeconds);
  }
}

type Genuine = Extract<CheckedCode, { kind: 'genuine' }>;

interface Failed {
  readonly kind: 'failed';
  readonly code: CodeRefusalCode;
  readonly detail: string;
}

function tooMany(retryAfterSeconds: number) {
  return { kind: 'too_many_failures', retryAfterSeconds } as const;
}
