import { describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.js';

describe('eventually', () => {
  it('gives what the assertion returned once it held', async () => {
    let calls = 0;
    const result = await eventually(
      () => {
        calls += 1;
        expect(calls).toBeGreaterThan(2);
        return calls;
      },
      { everyMs: 1 },
    );
    expect(result).toBe(3);
  });

  it('waits for asynchronous assertions', async () => {
    let calls = 0;
    await eventually(async () => expect(await Promise.resolve(++calls)).toBe(2), { everyMs: 1 });
    expect(calls).toBe(2);
  });

  it("fails with the assertion's own words after its time", async () => {
    const start = performance.now();
    const never = eventually(() => expect('draft').toBe('active'), { timeoutMs: 40, everyMs: 5 });
    await expect(never).rejects.toThrow(/still not so after 40 ms[\s\S]*active/);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it('tries at least once, whatever the time', async () => {
    await expect(eventually(() => 'seen', { timeoutMs: 0 })).resolves.toBe('seen');
  });
});
