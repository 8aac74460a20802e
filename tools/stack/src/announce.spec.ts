import { describe, expect, it } from '@jest/globals';
import { readyLine } from './announce.js';

const own = { postgres: 'program', redis: 'program', kafka: 'program' } as const;
const memory = String.raw`^Ready  servers only  in \d+\.\d s(, \d+\.\d\d GB memory \(PSS\)`;

describe('the Ready line', () => {
  it.each([
    ['nothing when all servers are our children', own, ''],
    ['given servers', { ...own, kafka: 'environment' }, ' without the given servers'],
    ['containers', { ...own, kafka: 'docker' }, ' without the servers in containers'],
    [
      'both',
      { ...own, kafka: 'docker', redis: 'environment' },
      ' without the given servers and the servers in containers',
    ],
  ] as const)('says that its memory leaves out: %s', (_what, origin, words) => {
    // Where /proc does not tell there is no memory to speak of.
    expect(readyLine('servers only', {}, origin)).toMatch(new RegExp(`${memory}${words})?$`));
  });
});
