import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { repositoryRoot } from './compose-file.js';

const read = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');
const dockerfile = read('Dockerfile');
const instructions = dockerfile.replaceAll('\\\n', ' ').split('\n');
const lastStage = instructions.slice(instructions.findLastIndex((line) => line.startsWith('FROM')));

describe('Dockerfile', () => {
  it("runs on the Node that package.json gives developers' machines", () => {
    const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: { node: string } };
    expect(dockerfile).toContain(`ARG NODE_IMAGE=node:${devDependencies.node}-slim\n`);
    const bases = instructions.filter((line) => line.startsWith('FROM'));
    expect(bases.every((line) => /^FROM (\$\{NODE_IMAGE\}|build)( AS \w+)?$/.test(line))).toBe(true);
  });

  it('ships no development dependency and runs no install script', () => {
    const installs = instructions.filter((line) => line.includes('npm ci'));
    expect(installs).toHaveLength(2);
    expect(installs.every((line) => line.includes('--ignore-scripts'))).toBe(true);
    expect(installs[1]).toContain('--omit=dev');
    expect(lastStage.join('\n')).toContain('--from=dependencies /app/node_modules');
  });

  it('does not run as root, by number, and not through a shell', () => {
    expect(lastStage).toContain('USER 1000:1000');
    expect(lastStage).toContain('CMD ["node", "main.js"]');
    expect(lastStage.some((line) => line.startsWith('HEALTHCHECK') && line.includes('CMD ["node"'))).toBe(
      true,
    );
  });

  it('copies nothing that .dockerignore keeps back', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    const copied = instructions
      .filter((line) => line.startsWith('COPY') && !line.includes('--from'))
      .flatMap((line) => line.split(/\s+/).slice(1, -1))
      .map((path) => path.replace('./', ''));
    expect(copied.filter((path) => !allowed.includes(path))).toEqual([]);
    expect(allowed.filter((path) => !copied.includes(path))).toEqual([]);
  });
});
