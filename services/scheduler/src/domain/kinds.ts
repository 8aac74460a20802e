import { end, start } from './life-cycle-kinds.js';
import type { KindRule } from './occurrence.js';
import { reminder } from './reminder-kind.js';
import { windowClosed, windowOpened } from './window-kinds.js';

/** The kinds of instant that the scheduler announces. A new one is a rule in a file of its own and a line here. */
export const kinds = {
  start,
  'window-closed': windowClosed,
  'window-opened': windowOpened,
  reminder,
  end,
} as const satisfies Record<string, KindRule>;

export type DueKind = keyof typeof kinds;
