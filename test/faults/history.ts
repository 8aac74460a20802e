import { appendFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One thing that a client wants once, however often it has to ask. */
export interface Intent {
  readonly key: string;
  readonly userId: string;
  readonly couponId: string;
  /** None when left out; under the same key it makes another request. */
  readonly body?: string;
}

/** One request as its client saw it. Instants in milliseconds since 1970. */
export interface Call extends Intent {
  readonly process: string;
  readonly sent: number;
  answered: number;
  /** 0 = no answer came. */
  status: number;
  /** `accepted`, or a problem's code, or why no answer came. */
  code: string;
  redemptionId: string | null;
}

/** Something that was done to the system. */
interface Note {
  readonly at: number;
  readonly says: string;
}

/** What all clients of a run saw and what was done meanwhile; also as lines of JSON in a file, for whoever looks later. */
export class History {
  readonly calls: Call[] = [];
  readonly notes: Note[] = [];
  readonly file: string;

  constructor(name: string) {
    const folder = join(tmpdir(), 'octopus-faults');
    mkdirSync(folder, { recursive: true });
    this.file = join(folder, `${name}-${Date.now()}.jsonl`);
  }

  /** Before it is sent: what is never answered stands here, too. */
  begin(call: Omit<Call, 'answered' | 'status' | 'code' | 'redemptionId'>): Call {
    const begun: Call = { ...call, answered: 0, status: 0, code: 'no answer', redemptionId: null };
    this.calls.push(begun);
    return begun;
  }

  note(says: string): void {
    this.notes.push({ at: Date.now(), says });
  }

  save(): void {
    for (const line of [...this.notes, ...this.calls]) appendFileSync(this.file, `${JSON.stringify(line)}\n`);
  }
}

/** Not decided: the same request has to be sent again. */
export function isOpen({ status, code }: Pick<Call, 'status' | 'code'>): boolean {
  return status === 0 || status >= 500 || status === 429 || code === 'request_in_progress';
}

export function isAccepted({ code }: Pick<Call, 'code'>): boolean {
  return code === 'accepted';
}
