import { describe, expect, it } from '@jest/globals';
import { eventMap, type TopicDefinition } from '#contracts';
import { eventsPage } from './events-page.js';
import { problemsPage } from './problems-page.js';

const page = eventsPage(new Map([['redemption', new Set(['catalog.coupon.v1'])]])).content;

describe('docs/events.md', () => {
  it('has a section per topic and per fact, and links that lead to them', () => {
    for (const topic of Object.values(eventMap) as TopicDefinition[]) {
      expect(page).toContain(`\n## ${topic.name}\n`);
      expect(page).toContain(`[${topic.name}](#${topic.name.replaceAll('.', '')})`);
      for (const name of Object.keys(topic.events))
        expect(page).toMatch(new RegExp(`\n### ${name}( \\(planned\\))?\n`));
    }
  });

  it('tells readers of today from planned ones', () => {
    const section = page.slice(
      page.indexOf('\n## catalog.coupon.v1'),
      page.indexOf('\n## catalog.partner.v1'),
    );
    expect(section).toContain('- Written by: catalog\n');
    expect(section).toContain(
      '- Read by: redemption, _scheduler (planned)_, _notification (planned)_, _targeting (planned)_\n',
    );
    expect(section).toContain('- Kept: compacted, the newest fact per key for ever\n');
  });

  it('says through which service a fact comes in over HTTP', () => {
    expect(page).toContain('- Written by: platform, or over HTTP through targeting\n');
  });

  it('says of each fact whose state it is, and shows its revision where it has one', () => {
    const fact = (name: string): string => page.split(`\n### ${name}\n`)[1]?.split('\n### ')[0] ?? '';
    expect(fact('points-credited')).toContain('Subject\n`points/{userId}/{pointNameId}`, with `ce_revision`');
    expect(fact('points-credited')).toMatch(
      /\nce_subject: points\/[0-9a-f-]{36}\/[0-9a-f-]{36}\nce_revision: 3\n/,
    );
    expect(fact('addon-used-up')).toMatch(/\nce_subject: addon\/[0-9a-f-]{36}\/MB\n```/);
    expect(fact('redeemed')).toContain('`redemption/{redemptionId}`, without `ce_revision`');
    expect(fact('redeemed')).toContain('| `price` | object \\| null | no; absent = `null` |');
    expect(page).toContain('| `ce_correlationid` | yes |');
    expect(page).toContain('| `ce_revision` | no |');
  });

  it('has tables whose rows have the columns of their head', () => {
    const cells = (line: string): number => line.split(/(?<!\\)\|/).length;
    const lines = page.split('\n');
    lines.forEach((line, index) => {
      const above = lines[index - 1] ?? '';
      if (line.startsWith('|') && above.startsWith('|'))
        expect({ line, cells: cells(line) }).toEqual({ line, cells: cells(above) });
    });
  });
});

describe('docs/problems.md', () => {
  it('lists every code with its status and its way out', () => {
    const { content } = problemsPage();
    expect(content).toContain('| `sold_out` | 409 | All redemptions of this coupon are used up |');
    expect(content.match(/^\| `/gm)?.length).toBeGreaterThan(20);
  });
});
