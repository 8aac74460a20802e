import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';

describe('readOptions', () => {
  it('starts on 8080 when nothing else is said', () => {
    expect(readOptions(['start'], {})).toEqual({
      command: 'start',
      port: 8080,
      infraOnly: false,
      throwaway: false,
      debug: false,
    });
  });

  it('takes the port from the flag before FRONT_DOOR_PORT before PORT', () => {
    expect(readOptions(['start'], { PORT: '1001' }).port).toBe(1001);
    expect(readOptions(['start'], { PORT: '1001', FRONT_DOOR_PORT: '1002' }).port).toBe(1002);
    expect(readOptions(['start', '--port', '1003'], { PORT: '1001', FRONT_DOOR_PORT: '1002' }).port).toBe(
      1003,
    );
    expect(readOptions(['start'], { PORT: '', FRONT_DOOR_PORT: '' }).port).toBe(8080);
  });

  it.each([
    [['start', '--port', '0'], '0 is not a port'],
    [['start', '--port', '8o80'], '8o80 is not a port'],
    [['start', '--prot', '1'], "Unknown option '--prot'"],
    [['begin'], 'Unknown argument begin'],
    [['start', 'now'], 'Unknown argument now'],
    [[], 'Unknown argument'],
  ])('refuses %j in one line', (args, message) => {
    expect(() => readOptions(args, {})).toThrow(message);
    expect(() => readOptions(args, {})).not.toThrow('\n');
  });
});
