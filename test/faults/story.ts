import type { Violation } from './checks.js';
import type { History } from './history.js';

const MOST_LINES = 60;

/** The violation that needs the fewest lines to be told: what was done to the system, and the calls that it concerns. */
export function shortestStory(violations: readonly Violation[], history: History): string {
  const [shortest] = violations
    .map((violation) => ({ violation, calls: history.calls.filter((call) => violation.concerns(call)) }))
    .sort((a, b) => a.calls.length - b.calls.length);
  if (shortest === undefined) return 'nothing is wrong';
  const start = Math.min(...history.calls.map(({ sent }) => sent), ...history.notes.map(({ at }) => at));
  const lines = [
    ...history.notes.map(({ at, says }) => ({ at, text: `          ${says}` })),
    ...shortest.calls.flatMap(({ key, userId, process, sent, answered, status, code, redemptionId }) => {
      const who = `key ${tail(key)} of user ${tail(userId)}`;
      const what = [code, status || '', redemptionId === null ? '' : tail(redemptionId)]
        .filter(Boolean)
        .join(' ');
      return [
        { at: sent, text: `-> ${process.slice(-5)} ${who}` },
        { at: answered || Infinity, text: `<- ${process.slice(-5)} ${who}: ${what}` },
      ];
    }),
  ].sort((a, b) => a.at - b.at);
  const told = lines.map(
    ({ at, text }) => `${String(Math.min(at - start, 9_999_999)).padStart(8)} ms ${text}`,
  );
  const cut =
    told.length > MOST_LINES
      ? [...told.slice(0, MOST_LINES), `… ${told.length - MOST_LINES} more lines`]
      : told;
  const others = violations.length > 1 ? `\n(and ${violations.length - 1} more violations)` : '';
  return `${shortest.violation.what}\n${cut.join('\n')}${others}\nthe whole history: ${history.file}`;
}

/** Ids made within a second begin alike. */
function tail(id: string): string {
  return id.slice(-6);
}
