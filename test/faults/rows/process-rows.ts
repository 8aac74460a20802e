import type { Trial } from '../arena.js';
import { ProvesNothing } from '../proves-nothing.js';
import { aCrowd, disturbed, type Row } from '../row.js';

/** Between every two steps of the protocol and of the relay. */
const steps = [
  'redemption.before-gate',
  'redemption.after-gate',
  'redemption.after-commit',
  'redemption.before-settle',
  'outbox.before-send',
  'outbox.before-delete',
];

export const processRows: readonly Row[] = [
  ...steps.map((step): Row => ({
    id: `kill-at-${step}`,
    run: (trial) => killAt(trial, step),
  })),
  {
    id: 'kill-under-load',
    run: disturbed(({ random, arena: { processes } }, { intents }) =>
      Array.from({ length: 3 }, () => [
        random.between(10, intents.length),
        () => processes.killAndRestart(random.between(0, 2)),
      ]),
    ),
  },
  {
    id: 'rolling-restart',
    run: disturbed(({ arena: { processes } }) => [
      [
        60,
        async () => {
          await processes.roll(0);
          await processes.roll(1);
        },
      ],
    ]),
  },
  {
    // Longer than a lease of the relay lasts: the other one takes the shards over, and then the first one goes on.
    id: 'relay-stopped-and-continued',
    run: disturbed(({ arena: { processes } }) => [
      [
        40,
        async () => {
          processes.signal(0, 'SIGSTOP');
          await new Promise((resolve) => setTimeout(resolve, 13_000));
          processes.signal(0, 'SIGCONT');
        },
      ],
    ]),
  },
];

/** The process ends the first time that it comes by the step; everybody who waits for it loses the connection. */
async function killAt(trial: Trial, step: string): Promise<void> {
  const { processes } = trial.arena;
  await processes.have(2);
  const crowd = await aCrowd(trial);
  trial.note(`process 1 is to die at ${step}`);
  const armed = processes.have(2, [{ OCTOPUS_FAILPOINTS: `${step}=exit` }]);
  // Where the step is not about redemptions it may die before it is ready.
  await armed.catch(() => undefined);
  const died = processes.replaceWhenDead(0);
  await trial.clients.load(crowd.intents);
  // Nobody may have come by yet. Of a fresh coupon there is little left, and the gate worth asking.
  const users = crowd.users;
  const fresh = await Promise.all(
    Array.from({ length: 6 }, () => trial.coupon({ maxRedemptions: 30, maxRedemptionsPerUser: 1 })),
  );
  if (!(await trial.clients.loadWhile(died, () => trial.intent(users, fresh))))
    throw new ProvesNothing(`nobody came by ${step}`);
}
