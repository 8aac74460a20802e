import { setTimeout as sleep } from 'node:timers/promises';
import { newId, type TestIssuer } from '#testkit';
import { type Call, type History, type Intent, isAccepted, isOpen } from './history.js';
import { ProvesNothing } from './proves-nothing.js';
import type { Random } from './random.js';

const ANSWER_LIMIT_MS = 25_000;
const SWEEP_LIMIT_MS = 90_000;

/** How a load is sent. */
export interface LoadOptions {
  /** Requests under way at a time. */
  readonly width?: number;
  /** Sends of one intent at most, while the disturbance lasts. */
  readonly tries?: number;
  /** Chance that an intent is sent twice at the same instant, through different processes. */
  readonly twins?: number;
  /** Chance that what was accepted is asked for once more. */
  readonly again?: number;
  /** Done when so many intents have had their turn (0 = at the start); the load goes on meanwhile. */
  readonly at?: readonly (readonly [intents: number, run: () => Promise<unknown> | void])[];
}

/** The clients of one run: they send, retry and remember. */
export class Clients {
  readonly intents = new Map<string, Intent>();
  private readonly tokens = new Map<string, Promise<string>>();
  private readonly voids = new Map<string, Set<string>>();

  constructor(
    private readonly tenantId: string,
    private readonly issuer: TestIssuer,
    private readonly history: History,
    private readonly random: Random,
    /** Addresses of the processes that may be asked just now. */
    private readonly urls: () => readonly string[],
  ) {}

  /** One request and what came of it; never throws. */
  async send(intent: Intent, url = this.random.pick(this.urls())): Promise<Call> {
    this.intents.set(intent.key, intent);
    const token = await this.token(intent.userId);
    const call = this.history.begin({ ...intent, process: url, sent: Date.now() });
    try {
      const answer = await fetch(`${url}/v1/coupons/${intent.couponId}/redemptions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'idempotency-key': intent.key,
          ...(intent.body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(intent.body !== undefined && { body: intent.body }),
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      const body = (await answer.json()) as { code?: string; redemptionId?: string };
      call.status = answer.status;
      call.code = answer.ok ? 'accepted' : (body.code ?? 'no code');
      call.redemptionId = body.redemptionId ?? null;
    } catch (error) {
      call.code = `no answer: ${causeOf(error)}`;
    }
    call.answered = Date.now();
    return call;
  }

  /** Sends every intent, with retries and twins, and disturbs on the way. Resolves when all had their turns. */
  async load(intents: Iterable<Intent>, options: LoadOptions = {}): Promise<void> {
    const { width = 24, at = [] } = options;
    const left = intents[Symbol.iterator]();
    const todo = [...at].sort(([a], [b]) => a - b);
    const disturbances: Promise<unknown>[] = [];
    const disturb = (done: number): void => {
      for (let next = todo[0]; next !== undefined && next[0] <= done; next = todo[0]) {
        todo.shift();
        const disturbance = Promise.resolve().then(next[1]);
        // One that fails is told of when all have had their turns.
        disturbance.catch(() => undefined);
        disturbances.push(disturbance);
      }
    };
    disturb(0);
    let done = 0;
    const worker = async (): Promise<void> => {
      for (let intent = left.next(); !intent.done; intent = left.next()) {
        await this.turn(intent.value, options);
        disturb((done += 1));
      }
    };
    await Promise.all(Array.from({ length: width }, worker));
    disturb(Infinity);
    await Promise.all(disturbances);
  }

  /** A load for as long as something takes that needs one, however fast the machine is. */
  async loadWhile<T>(something: Promise<T>, next: () => Intent): Promise<T> {
    let isOver = false;
    const over = something.finally(() => (isOver = true));
    over.catch(() => undefined);
    const intents = function* (): Generator<Intent> {
      while (!isOver) yield next();
    };
    await this.load(intents());
    return over;
  }

  /** After the disturbance: asks until every intent is decided, and asks for everything that was accepted once more. */
  async sweep(): Promise<void> {
    const end = Date.now() + SWEEP_LIMIT_MS;
    const openOnes = [...this.intents.values()].filter((intent) => {
      const calls = this.history.calls.filter(({ key }) => key === intent.key);
      return calls.length === 0 || calls.some(isAccepted) || calls.every(isOpen);
    });
    const worker = async (): Promise<void> => {
      for (let intent = openOnes.shift(); intent !== undefined; intent = openOnes.shift())
        await this.sendUntilDecided(intent, end);
    };
    await Promise.all(Array.from({ length: 12 }, worker));
  }

  async sendUntilDecided(intent: Intent, end = Date.now() + SWEEP_LIMIT_MS): Promise<void> {
    for (let pause = 50; ; pause = Math.min(1_000, pause * 2)) {
      if (!isOpen(await this.send(intent))) return;
      if (Date.now() > end) throw new Error(`nobody decides ${JSON.stringify(intent)} any more`);
      await sleep(pause);
    }
  }

  /** Takes some accepted redemptions back, each under two keys through different processes at the same instant. */
  async voidSome(channelId: string, count: number): Promise<void> {
    const sub = newId();
    const token = await this.issuer.token({
      role: 'channel_owner',
      tenant: this.tenantId,
      sub,
      channels: [channelId],
    });
    const accepted = this.history.calls.flatMap(({ redemptionId }) => redemptionId ?? []);
    const chosen = this.random.shuffled([...new Set(accepted)]).slice(0, count);
    this.history.note(`${chosen.length} redemptions are taken back, each twice`);
    const takeBack = async (redemptionId: string, key: string): Promise<void> => {
      const answer = await fetch(`${this.random.pick(this.urls())}/v1/redemptions/${redemptionId}/void`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'idempotency-key': key },
        signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
      });
      await answer.body?.cancel();
      if (answer.ok) this.voids.set(redemptionId, (this.voids.get(redemptionId) ?? new Set()).add(key));
    };
    await Promise.all(chosen.flatMap((redemptionId) => [1, 2].map(() => takeBack(redemptionId, newId()))));
    if (this.voids.size === 0) throw new ProvesNothing('nothing was taken back');
  }

  /** Redemptions of which two keys were told that they took them back. */
  voidedTwice(): string[] {
    return [...this.voids].filter(([, keys]) => keys.size > 1).map(([redemptionId]) => redemptionId);
  }

  private async turn(intent: Intent, { tries = 3, twins = 0.2, again = 0.1 }: LoadOptions): Promise<void> {
    for (let nth = 1; nth <= tries; nth += 1) {
      const copies = this.random.chance(twins) ? 2 : 1;
      const calls = await Promise.all(Array.from({ length: copies }, () => this.send(intent)));
      const isDecided = calls.some((call) => !isOpen(call));
      if (isDecided && !this.random.chance(again)) return;
      if (!isDecided) await sleep(this.random.between(5, 60));
    }
  }

  private token(userId: string): Promise<string> {
    const known = this.tokens.get(userId);
    const token = known ?? this.issuer.token({ role: 'end_user', tenant: this.tenantId, sub: userId });
    this.tokens.set(userId, token);
    return token;
  }
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? ('code' in cause ? String(cause.code) : cause.name) : String(cause);
}
