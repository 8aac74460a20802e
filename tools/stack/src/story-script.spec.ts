import { describe, expect, it } from '@jest/globals';
import { deviations, extractStory, storyScript } from './story-script.js';

const readme = [
  'Text',
  '```sh story',
  'A=$(curl -s http://127.0.0.1:8080/a); echo "$A"',
  '```',
  '```text story',
  '<id>',
  '```',
  '```sh',
  'npm start',
  '```',
  '```sh story',
  'echo finished; echo 2',
  '```',
  '```text story',
  'finished',
  '2',
  '```',
  '```sh storytelling',
  'no',
  '```',
  '```sh story',
  'echo "whatever"',
  '```',
].join('\n');

const printed = (id: string, status: string): string =>
  `— story, part 1\n${id}\n— story, part 2\n${status}\n2\n— story, part 3\nwhatever\n`;
const anId = '01980a5e-7c00-7000-8000-000000000001';

describe('the story', () => {
  it('is made of the marked blocks alone, each with what it prints', () => {
    expect(extractStory(readme)).toEqual([
      { commands: 'A=$(curl -s http://127.0.0.1:8080/a); echo "$A"\n', prints: ['<id>'] },
      { commands: 'echo finished; echo 2\n', prints: ['finished', '2'] },
      { commands: 'echo "whatever"\n', prints: undefined },
    ]);
    expect(extractStory('```sh\nnpm start\n```\n')).toEqual([]);
  });

  it('goes to the given front door', () => {
    const script = storyScript(extractStory(readme), 'http://127.0.0.1:4444');
    expect(script).toContain('curl -s http://127.0.0.1:4444/a');
    expect(script).not.toContain('8080');
  });

  it('holds when it prints what is written, any id standing for an id', () => {
    expect(deviations(extractStory(readme), printed(anId, 'finished'))).toEqual([]);
  });

  it('names the line where it does not', () => {
    expect(deviations(extractStory(readme), printed(anId, 'active'))).toEqual([
      'part 2, line 1: README says "finished", but it printed "active"',
    ]);
    expect(deviations(extractStory(readme), printed('undefined', 'finished'))).toHaveLength(1);
    expect(deviations(extractStory(readme), printed(anId, 'finished\nmore'))).toHaveLength(2);
    expect(deviations(extractStory(readme), '')).toHaveLength(3);
  });
});
