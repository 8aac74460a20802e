import { setTimeout as sleep } from 'node:timers/promises';

type Action =
  { readonly kind: 'exit' } | { readonly kind: 'throw' } | { readonly kind: 'delay'; readonly ms: number };

const armed = parseFailpoints(process.env['OCTOPUS_FAILPOINTS']);

/**
 * A named point in the code at which a fault test makes the process end, wait or throw. Costs nothing when none is armed:
 * `OCTOPUS_FAILPOINTS=name=exit|delay:<ms>|throw`, several with commas between, read once when the process starts.
 */
export function failpoint(name: string): Promise<void> | undefined {
  if (armed === undefined) return undefined;
  const action = armed.get(name);
  return action && act(name, action);
}

/** @throws Error naming what is wrong: a fault test with a misspelt point would prove nothing */
export function parseFailpoints(given: string | undefined): ReadonlyMap<string, Action> | undefined {
  if (given === undefined || given === '') return undefined;
  return new Map(
    given.split(',').map((point) => {
      const [, name, what, ms] = /^([^=\s]+)=(exit|throw|delay:(\d+))$/.exec(point) ?? [];
      if (name === undefined || what === undefined)
        throw new Error(`OCTOPUS_FAILPOINTS: "${point}" is not name=exit, name=throw or name=delay:<ms>`);
      return [
        name,
        ms === undefined ? { kind: what === 'exit' ? 'exit' : 'throw' } : { kind: 'delay', ms: Number(ms) },
      ];
    }),
  );
}

async function act(name: string, action: Action): Promise<void> {
  if (action.kind === 'delay') return sleep(action.ms);
  if (action.kind === 'throw') throw new Error(`failpoint ${name}`);
  // As a crash would: no handler, no flush.
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}
