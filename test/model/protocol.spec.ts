import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { explore, type Violation } from './explore.js';
import { type Guard, guards } from './guards.js';
import { cases } from './scenarios.js';

const document = readFileSync(new URL('../../docs/protocol-model.md', import.meta.url), 'utf8');

/** `npm run model` shows every story; a test run stays quiet. */
function show(text: string): void {
  if (process.env['MODEL_STORIES'] !== undefined) process.stdout.write(`${text}\n`);
}

function told(without: readonly Guard[], { what, steps }: Violation): string {
  return [
    `without ${without.join(' and ')}:`,
    ...steps.map((step, nth) => `${nth + 1}. ${step}`),
    `=> ${what}`,
  ].join('\n');
}

describe.each(cases)('$scenario.what', ({ scenario, breaks, holds = [] }) => {
  it('never goes wrong, whatever comes first', () => {
    const { states, violation } = explore(scenario);
    show(
      `\n== ${scenario.what}: ${states} states, ${violation === undefined ? 'all well' : told([], violation)}`,
    );
    expect(violation).toBeUndefined();
    expect(states).toBeGreaterThan(20);
  });

  for (const without of breaks)
    it(`needs ${without.join(' and ')}`, () => {
      const { violation } = explore(scenario, { without });
      show(
        `\n${violation === undefined ? `without ${without.join(' and ')}: nothing` : told(without, violation)}`,
      );
      expect(violation).toBeDefined();
    });

  for (const without of holds)
    it(`stands without ${without.join(' and ')}: another guard is behind`, () => {
      expect(explore(scenario, { without }).violation).toBeUndefined();
    });
});

describe('the model', () => {
  it('shows what every guard is for', () => {
    const shown = new Set(cases.flatMap(({ breaks }) => breaks.flat()));
    expect([...shown].sort()).toEqual(Object.keys(guards).sort());
  });

  it('tells the stories that the document prints', () => {
    const printed = [...document.matchAll(/```text story\n([\s\S]*?)\n```/g)].map(([, story]) => story);
    const stories = cases.flatMap(({ scenario, breaks }) =>
      breaks
        .filter((without) => document.includes(`without ${without.join(' and ')}:`))
        .map((without) => told(without, explore(scenario, { without }).violation ?? { what: '', steps: [] })),
    );
    expect(printed).toHaveLength(2);
    for (const story of printed) expect(stories).toContain(story);
  });
});
