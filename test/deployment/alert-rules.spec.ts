import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: { summary: string; runbook: string };
}

const folder = 'k8s/monitoring';
const files = readdirSync(folder).filter((file) => file.endsWith('.rules.yaml'));
const groups = files.flatMap((file) => {
  const parsed = parse(readFileSync(`${folder}/${file}`, 'utf8')) as { groups: { rules: Rule[] }[] };
  return parsed.groups;
});
const rules = groups.flatMap(({ rules: ofGroup }) => ofGroup);
const source = execFileSync('git', ['grep', '-hE', "'[a-z_]+'", '--', 'services', 'libs/platform'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});

describe('the alert rules', () => {
  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s watches a metric that exists',
    (_, { expr }) => {
      const metrics = expr.match(/\b(redemption|scheduler|outbox|consumer|http)_[a-z_]+/g) ?? [];
      expect(metrics.length).toBeGreaterThan(0);
      for (const metric of metrics) {
        const name = metric.replace(/_bucket$/, '');
        expect([name, source.includes(`'${name}'`)]).toEqual([name, true]);
      }
    },
  );

  it.each(rules.map((rule) => [rule.alert, rule] as const))(
    '%s leads to a runbook',
    (_, { annotations, labels }) => {
      expect([annotations.runbook, existsSync(annotations.runbook)]).toEqual([annotations.runbook, true]);
      expect(['page', 'ticket']).toContain(labels.severity);
    },
  );
});
