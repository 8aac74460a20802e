import { describe, expect, it } from '@jest/globals';
import { extractStory, storyScript } from './story-script.js';

const readme = [
  'Text',
  '```sh story',
  'A=$(curl -s http://127.0.0.1:8080/a)',
  '```',
  '```sh',
  'npm start',
  '```',
  '```sh story',
  'echo "$A"',
  '```',
  '```sh storytelling',
  'no',
  '```',
].join('\n');

describe('the story', () => {
  it('is made of the marked blocks alone', () => {
    expect(extractStory(readme)).toEqual(['A=$(curl -s http://127.0.0.1:8080/a)\n', 'echo "$A"\n']);
    expect(extractStory('```sh\nnpm start\n```\n')).toEqual([]);
  });

  it('goes to the given front door', () => {
    const script = storyScript(extractStory(readme), 'http://127.0.0.1:4444');
    expect(script).toContain('curl -s http://127.0.0.1:4444/a');
    expect(script).not.toContain('8080');
  });
});
