import type { Fate, TcpProxy } from '#testkit';
import type { Trial } from './arena.js';
import type { LoadOptions } from './client.js';
import { ProvesNothing } from './proves-nothing.js';

interface Plan {
  fate: Fate;
  isMeant: (sent: Buffer) => boolean;
  /** Of those that are meant; the first one in any case. */
  share: number;
  /** Intents that have had their turn when it begins and ends. */
  from: number;
  until: number;
}

/** Some of what is sent through a proxy meets a fate while a load goes on. */
export function fateOfSome(
  trial: Trial,
  proxy: TcpProxy,
  { fate, isMeant, share, from, until }: Plan,
): Exclude<LoadOptions['at'], undefined> {
  let met = 0;
  const fateOf = (sent: Buffer): Fate => {
    if (!isMeant(sent) || (met > 0 && !trial.random.chance(share))) return 'pass';
    met += 1;
    return fate;
  };
  const begin = (): void => {
    trial.note(`from time to time the fate is "${fate}"`);
    proxy.judge(fateOf);
  };
  const end = (): void => {
    proxy.judge(undefined);
    trial.note(`${met} times the fate was "${fate}"`);
    if (met === 0) throw new ProvesNothing('nothing was sent meanwhile');
  };
  return [
    [from, begin],
    [until, end],
  ];
}
